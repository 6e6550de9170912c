"""What grows, flows and lies about: the words for it."""

from training.terrain.words.words import Words, listed

NATURE: dict[str, Words] = {
    # what grows
    "grass": listed(
        "grass, meadow, grassland, lawn, grass field, grassy field, meadows, plains, pasture, green "
        "field, Wiese",
        "green, soft, fresh, grassy",
    ),
    "forest": listed(
        "forest, trees, woods, woodland, tree canopy, forests, oak forest, treetops, leafy trees, oaks, Wald",
        "green, dense, leafy",
    ),
    "flowers": listed(
        "flowers, flower meadow, blossoms, wildflowers, flower field, flower garden, flower bed, "
        "daisies, Blumen",
        "colourful, colorful, blooming, flowery",
    ),
    "swamp": listed(
        "swamp, marsh, bog, wetland, swampland, marshland, swamps, wetlands, lily pads, Sumpf",
        "murky, green, boggy, wet",
    ),
    "moss": listed(
        "moss, moss carpet, mosses, mossy ground, moss cushions, peat moss, Moos",
        "green, soft, mossy, velvety",
    ),
    "reeds": listed(
        "reeds, cattails, rushes, reed bed, bulrushes, reed marsh, tall reeds, Schilf",
        "tall, green",
    ),
    "pine_forest": listed(
        "pine forest, pines, fir trees, conifers, firs, pine trees, spruce forest, coniferous forest, "
        "taiga, Tannenwald",
        "dark green, evergreen, tall",
    ),
    "jungle": listed(
        "jungle, rainforest, tropical forest, jungle canopy, rain forest, jungles, jungle trees, "
        "tropical plants, Dschungel",
        "green, lush green, tropical, thick, lush",
    ),
    "palms": listed(
        "palm trees, palms, palm grove, oasis, coconut palms, palm beach, date palms, Palmen",
        "tropical, green, sunny, sandy",
    ),
    "dead_forest": listed(
        "dead forest, dead trees, bare trees, leafless trees, barren trees, haunted forest, withered "
        "forest, dead wood",
        "bare, grey, gray, lifeless, spooky",
    ),
    "hedge": listed(
        "hedge, bushes, hedges, shrubs, hedge maze, bush, shrubbery, hedgerow, boxwood, Hecke",
        "green, clipped, leafy, dense",
    ),
    "farmland": listed(
        "farmland, ploughed field, furrows, vegetable field, plowed field, farm field, field, crops, "
        "vegetable garden, farm, Acker",
        "ploughed, brown, plowed, tilled",
    ),
    "wheat_field": listed(
        "wheat field, wheat, corn field, grain, wheat fields, grain field, barley, rye field, golden "
        "wheat, Weizenfeld",
        "golden, ripe, yellow",
    ),
    "forest_floor": listed(
        "forest floor, leaf litter, fallen leaves, woodland floor, leaves, undergrowth, forest ground, "
        "tangled roots, tree roots, Waldboden",
        "brown, leafy, shady",
    ),
    "bamboo": listed(
        "bamboo, bamboo forest, bamboo stalks, bamboo canes, bamboo wall, bamboo grove, Bambus",
        "green, tall, dense",
    ),
    "cacti": listed(
        "cacti, cactus, cactuses, cactus field, saguaros, desert plants, cactus desert, Kakteen",
        "green, thorny, sandy, dry",
    ),
    # water
    "water": listed(
        "water, river, lake, pond, stream, rivers, lakes, pool, canal, moat, brook, Wasser, Fluss",
        "blue, clear, fresh, wet",
    ),
    "deep_water": listed(
        "deep water, ocean, sea, deep sea, open sea, ocean water, deep ocean, oceans, the sea, "
        "seawater, Meer",
        "dark blue, blue, deep, wet",
    ),
    "shallows": listed(
        "shallows, shallow water, lagoon, shallow sea, tropical water, coastal water, sandbank, tide "
        "pool, shallow lagoon, ford",
        "turquoise, clear, warm, wet, shallow",
    ),
    "rapids": listed(
        "rapids, white water, mountain stream, river rapids, rushing water, wild river, whitewater, "
        "Stromschnellen",
        "wild, foaming, fast, wet",
    ),
    "waterfall": listed(
        "waterfall, waterfalls, falling water, cascade, cascades, falls, water curtain, Wasserfall",
        "white, foaming, wet, roaring",
    ),
    "coral": listed(
        "coral reef, coral, corals, reef, coral bed, coral garden, underwater reef, sea bed, Korallenriff",
        "colourful, colorful, tropical, underwater, wet",
    ),
    "slime": listed(
        "slime, acid, poison, toxic waste, acid pool, poison swamp, ooze, toxic sludge, poisonous "
        "water, Schleim",
        "green, toxic, bubbling, wet, poisonous",
    ),
    # snow and ice
    "snow": listed(
        "snow, snow field, snowdrift, snowfield, snowy ground, fresh snow, snow cover, powder snow, "
        "snowdrifts, Schnee",
        "white, fresh, deep, snowy",
    ),
    "ice": listed(
        "ice, frozen lake, glacier, ice sheet, frozen river, frozen water, ice floor, icy ground, "
        "glacier ice, Eis",
        "pale blue, cold, frozen, slippery",
    ),
    "ice_floes": listed(
        "ice floes, drift ice, pack ice, broken ice, floating ice, icy water, ice floe, arctic sea, "
        "frozen sea, Eisschollen",
        "cold, white, drifting, wet",
    ),
    # bare ground
    "dirt": listed(
        "dirt, earth, soil, dirt road, dirt path, bare earth, dirt track, ground, trail, mud path, Erde",
        "brown, bare, dusty",
    ),
    "mud": listed(
        "mud, mire, muddy ground, wet mud, mud puddle, puddles, mud pit, muddy road, quagmire, Schlamm",
        "brown, wet, muddy, sticky",
    ),
    "sand": listed(
        "sand, beach, dunes, desert, sand dunes, sandy beach, desert sand, dune, sandy ground, "
        "seashore, Wüste, Strand",
        "golden, yellow, soft, sandy",
    ),
    "gravel": listed(
        "gravel, pebbles, shingle, gravel path, gravel road, small stones, pebble beach, river "
        "stones, scree, Kies",
        "grey, gray, loose, small, rocky",
    ),
    "cracked_clay": listed(
        "cracked clay, clay, cracked earth, badlands, dried mud, dry lake bed, parched earth, cracked "
        "ground, drought, wasteland",
        "ochre, hard, cracked, dry",
    ),
    "ash": listed(
        "ash, ashes, embers, burnt ground, ash field, cinders, scorched earth, burned ground, "
        "volcanic ash, Asche",
        "grey, gray, smouldering, burnt",
    ),
    "lava": listed(
        "lava, magma, molten rock, lava flow, lava river, lava lake, molten lava, volcano, lava field, Lava",
        "glowing, hot, orange, molten, red, burnt",
    ),
    # rock
    "stone": listed(
        "stone, rock, rocks, stone ground, rocky ground, bare rock, rock floor, bedrock, stony "
        "ground, granite, Felsen",
        "grey, gray, rough, rocky",
    ),
    "cliff": listed(
        "cliff, cliffs, cliff face, rock face, cliff edge, canyon wall, canyon, crag, rock wall, "
        "precipice, ravine, Klippe",
        "steep, brown, high, rocky",
    ),
    "mountains": listed(
        "mountains, mountain, mountain peaks, peaks, mountain range, snowy peaks, alps, summits, high "
        "mountains, Berge",
        "high, snow-capped, steep, rocky",
    ),
    "hills": listed(
        "hills, hill, green hills, rolling hills, hillside, hillocks, mounds, grassy hills, highlands, Hügel",
        "green, round, grassy",
    ),
    "rubble": listed(
        "rubble, ruins, debris, boulders, rock pile, rockfall, broken stones, rubble heap, fallen "
        "rocks, Geröll",
        "grey, gray, broken, rocky, loose",
    ),
    "basalt": listed(
        "basalt, basalt columns, volcanic rock, basalt floor, hexagonal stones, stone columns, "
        "obsidian, lava rock, Basalt",
        "dark grey, hexagonal, black",
    ),
    "crystal": listed(
        "crystals, crystal, gems, crystal cave, gemstones, crystal shards, amethyst, quartz, crystal "
        "field, Kristalle",
        "glowing, sharp, magical, glassy",
    ),
    # underground
    "cave_floor": listed(
        "cave floor, cave, cavern floor, cavern, caves, underground floor, mine floor, grotto, cave "
        "ground, Höhle",
        "dark brown, damp, uneven, rocky",
    ),
    "cave_wall": listed(
        "cave wall, cavern wall, cave walls, rock wall of a cave, mine wall, underground rock, "
        "dungeon rock, solid rock, Höhlenwand",
        "dark grey, massive, rocky, rough",
    ),
    "abyss": listed(
        "abyss, chasm, void, pit, bottomless pit, hole, darkness, emptiness, deep hole, Abgrund",
        "black, bottomless, dark, empty",
    ),
    "bones": listed(
        "bones, skulls, bone pile, skeletons, boneyard, skull floor, bone field, skeleton remains, Knochen",
        "white, old, pale, scattered",
    ),
    "cobweb": listed(
        "cobwebs, spider web, cobweb, spider webs, spider nest, webs, spiderweb, spider lair, Spinnweben",
        "white, sticky, silvery",
    ),
    "mushrooms": listed(
        "mushrooms, toadstools, mushroom forest, fungus, mushroom field, giant mushrooms, fungi, "
        "toadstool, Pilze",
        "colourful, colorful, spotted",
    ),
    "treasure": listed(
        "treasure, gold coins, gold, coins, treasure hoard, pile of gold, gold pile, riches, treasure "
        "chamber, Schatz",
        "golden, shiny, glittering",
    ),
    # fire and sky
    "fire": listed(
        "fire, flames, burning ground, blaze, wildfire, fires, burning field, sea of flames, Feuer",
        "hot, burning, orange, burnt, red",
    ),
    "clouds": listed(
        "clouds, sky, cloud, blue sky, cloudy sky, white clouds, skies, heaven, Wolken",
        "blue, white, fluffy, airy, misty",
    ),
    "space": listed(
        "space, stars, starry sky, outer space, night sky, galaxy, nebula, cosmos, planets, Weltraum",
        "dark blue, black, starry, endless, dark",
    ),
}
