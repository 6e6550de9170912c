"""What people call the terrains: nouns, the commonest first, and adjectives that need no painting."""

from typing import NamedTuple


class Words(NamedTuple):
    """nouns: the commonest first. plain: what the terrain looks like without any adjective's help."""

    nouns: tuple[str, ...]
    plain: tuple[str, ...]


def _words(nouns: str, plain: str) -> Words:
    return Words(tuple(nouns.split(", ")), tuple(plain.split(", ")))


WORDS: dict[str, Words] = {
    # what grows
    "grass": _words(
        "grass, meadow, grassland, lawn, grass field, grassy field, meadows, plains, pasture, green "
        "field, Wiese",
        "green, soft, fresh, grassy",
    ),
    "forest": _words(
        "forest, trees, woods, woodland, tree canopy, forests, oak forest, treetops, leafy trees, oaks, Wald",
        "green, dense, leafy",
    ),
    "flowers": _words(
        "flowers, flower meadow, blossoms, wildflowers, flower field, flower garden, flower bed, "
        "daisies, Blumen",
        "colourful, colorful, blooming, flowery",
    ),
    "swamp": _words(
        "swamp, marsh, bog, wetland, swampland, marshland, swamps, wetlands, lily pads, Sumpf",
        "murky, green, boggy, wet",
    ),
    "moss": _words(
        "moss, moss carpet, mosses, mossy ground, moss cushions, peat moss, Moos",
        "green, soft, mossy, velvety",
    ),
    "reeds": _words(
        "reeds, cattails, rushes, reed bed, bulrushes, reed marsh, tall reeds, Schilf",
        "tall, green",
    ),
    "pine_forest": _words(
        "pine forest, pines, fir trees, conifers, firs, pine trees, spruce forest, coniferous forest, "
        "taiga, Tannenwald",
        "dark green, evergreen, tall",
    ),
    "jungle": _words(
        "jungle, rainforest, tropical forest, jungle canopy, rain forest, jungles, jungle trees, "
        "tropical plants, Dschungel",
        "green, lush green, tropical, thick, lush",
    ),
    "palms": _words(
        "palm trees, palms, palm grove, oasis, coconut palms, palm beach, date palms, Palmen",
        "tropical, green, sunny, sandy",
    ),
    "dead_forest": _words(
        "dead forest, dead trees, bare trees, leafless trees, barren trees, haunted forest, withered "
        "forest, dead wood",
        "bare, grey, gray, lifeless, spooky",
    ),
    "hedge": _words(
        "hedge, bushes, hedges, shrubs, hedge maze, bush, shrubbery, hedgerow, boxwood, Hecke",
        "green, clipped, leafy, dense",
    ),
    "farmland": _words(
        "farmland, ploughed field, furrows, vegetable field, plowed field, farm field, field, crops, "
        "vegetable garden, farm, Acker",
        "ploughed, brown, plowed, tilled",
    ),
    "wheat_field": _words(
        "wheat field, wheat, corn field, grain, wheat fields, grain field, barley, rye field, golden "
        "wheat, Weizenfeld",
        "golden, ripe, yellow",
    ),
    "forest_floor": _words(
        "forest floor, leaf litter, fallen leaves, woodland floor, leaves, undergrowth, forest ground, "
        "roots and leaves, tree roots, Waldboden",
        "brown, leafy, shady",
    ),
    "bamboo": _words(
        "bamboo, bamboo forest, bamboo stalks, bamboo canes, bamboo wall, bamboo grove, Bambus",
        "green, tall, dense",
    ),
    "cacti": _words(
        "cacti, cactus, cactuses, cactus field, saguaros, desert plants, cactus desert, Kakteen",
        "green, thorny, sandy, dry",
    ),
    # water
    "water": _words(
        "water, river, lake, pond, stream, rivers, lakes, pool, canal, moat, brook, Wasser, Fluss",
        "blue, clear, fresh, wet",
    ),
    "deep_water": _words(
        "deep water, ocean, sea, deep sea, open sea, ocean water, deep ocean, oceans, the sea, "
        "seawater, Meer",
        "dark blue, blue, deep, wet",
    ),
    "shallows": _words(
        "shallows, shallow water, lagoon, shallow sea, tropical water, coastal water, sandbank, tide "
        "pool, shallow lagoon, ford",
        "turquoise, clear, warm, wet, shallow",
    ),
    "rapids": _words(
        "rapids, white water, mountain stream, river rapids, rushing water, wild river, whitewater, "
        "Stromschnellen",
        "wild, foaming, fast, wet",
    ),
    "waterfall": _words(
        "waterfall, waterfalls, falling water, cascade, cascades, falls, water curtain, Wasserfall",
        "white, foaming, wet, roaring",
    ),
    "coral": _words(
        "coral reef, coral, corals, reef, coral bed, coral garden, underwater reef, sea bed, Korallenriff",
        "colourful, colorful, tropical, underwater, wet",
    ),
    "slime": _words(
        "slime, acid, poison, toxic waste, acid pool, poison swamp, ooze, toxic sludge, poisonous "
        "water, Schleim",
        "green, toxic, bubbling, wet, poisonous",
    ),
    # snow and ice
    "snow": _words(
        "snow, snow field, snowdrift, snowfield, snowy ground, fresh snow, snow cover, powder snow, "
        "snowdrifts, Schnee",
        "white, fresh, deep, snowy",
    ),
    "ice": _words(
        "ice, frozen lake, glacier, ice sheet, frozen river, frozen water, ice floor, icy ground, "
        "glacier ice, Eis",
        "pale blue, cold, frozen, slippery",
    ),
    "ice_floes": _words(
        "ice floes, drift ice, pack ice, broken ice, floating ice, icy water, ice floe, arctic sea, "
        "frozen sea, Eisschollen",
        "cold, white, drifting, wet",
    ),
    # bare ground
    "dirt": _words(
        "dirt, earth, soil, dirt road, dirt path, bare earth, dirt track, ground, trail, mud path, Erde",
        "brown, bare, dusty",
    ),
    "mud": _words(
        "mud, mire, muddy ground, wet mud, mud puddle, puddles, mud pit, muddy road, quagmire, Schlamm",
        "brown, wet, muddy, sticky",
    ),
    "sand": _words(
        "sand, beach, dunes, desert, sand dunes, sandy beach, desert sand, dune, sandy ground, "
        "seashore, Wüste, Strand",
        "golden, yellow, soft, sandy",
    ),
    "gravel": _words(
        "gravel, pebbles, shingle, gravel path, gravel road, small stones, pebble beach, river "
        "stones, scree, Kies",
        "grey, gray, loose, small, rocky",
    ),
    "cracked_clay": _words(
        "cracked clay, clay, cracked earth, badlands, dried mud, dry lake bed, parched earth, cracked "
        "ground, drought, wasteland",
        "ochre, hard, cracked, dry",
    ),
    "ash": _words(
        "ash, ashes, embers, burnt ground, ash field, cinders, scorched earth, burned ground, "
        "volcanic ash, Asche",
        "grey, gray, smouldering, burnt",
    ),
    "lava": _words(
        "lava, magma, molten rock, lava flow, lava river, lava lake, molten lava, volcano, lava field, Lava",
        "glowing, hot, orange, molten, red, burnt",
    ),
    # rock
    "stone": _words(
        "stone, rock, rocks, stone ground, rocky ground, bare rock, rock floor, bedrock, stony "
        "ground, granite, Felsen",
        "grey, gray, rough, rocky",
    ),
    "cliff": _words(
        "cliff, cliffs, cliff face, rock face, cliff edge, canyon wall, canyon, crag, rock wall, "
        "precipice, ravine, Klippe",
        "steep, brown, high, rocky",
    ),
    "mountains": _words(
        "mountains, mountain, mountain peaks, peaks, mountain range, snowy peaks, alps, summits, high "
        "mountains, Berge",
        "high, snow-capped, steep, rocky",
    ),
    "hills": _words(
        "hills, hill, green hills, rolling hills, hillside, hillocks, mounds, grassy hills, highlands, Hügel",
        "green, round, grassy",
    ),
    "rubble": _words(
        "rubble, ruins, debris, boulders, rock pile, rockfall, broken stones, rubble heap, fallen "
        "rocks, Geröll",
        "grey, gray, broken, rocky, loose",
    ),
    "basalt": _words(
        "basalt, basalt columns, volcanic rock, basalt floor, hexagonal stones, stone columns, "
        "obsidian, lava rock, Basalt",
        "dark grey, hexagonal, black",
    ),
    "crystal": _words(
        "crystals, crystal, gems, crystal cave, gemstones, crystal shards, amethyst, quartz, crystal "
        "field, Kristalle",
        "glowing, sharp, magical, glassy",
    ),
    # underground
    "cave_floor": _words(
        "cave floor, cave, cavern floor, cavern, caves, underground floor, mine floor, grotto, cave "
        "ground, Höhle",
        "dark brown, damp, uneven, rocky",
    ),
    "cave_wall": _words(
        "cave wall, cavern wall, cave walls, rock wall of a cave, mine wall, underground rock, "
        "dungeon rock, solid rock, Höhlenwand",
        "dark grey, massive, rocky, rough",
    ),
    "abyss": _words(
        "abyss, chasm, void, pit, bottomless pit, hole, darkness, emptiness, deep hole, Abgrund",
        "black, bottomless, dark, empty",
    ),
    "bones": _words(
        "bones, skulls, bone pile, skeletons, boneyard, skull floor, bone field, skeleton remains, Knochen",
        "white, old, pale, scattered",
    ),
    "cobweb": _words(
        "cobwebs, spider web, cobweb, spider webs, spider nest, webs, spiderweb, spider lair, Spinnweben",
        "white, sticky, silvery",
    ),
    "mushrooms": _words(
        "mushrooms, toadstools, mushroom forest, fungus, mushroom field, giant mushrooms, fungi, "
        "toadstool, Pilze",
        "colourful, colorful, spotted",
    ),
    "treasure": _words(
        "treasure, gold coins, gold, coins, treasure hoard, pile of gold, gold pile, riches, treasure "
        "chamber, Schatz",
        "golden, shiny, glittering",
    ),
    # masonry
    "cobblestone": _words(
        "cobblestone path, cobblestone, path, cobbled road, road, cobblestones, cobbled street, "
        "street, cobble, stone path, paved path, Kopfsteinpflaster",
        "old, grey, worn, gray",
    ),
    "brick": _words(
        "brick, brick wall, bricks, brick floor, red bricks, brickwork, house wall, brick building, "
        "Ziegelmauer",
        "red, old",
    ),
    "castle_wall": _words(
        "castle wall, stone wall, castle walls, fortress wall, dungeon wall, stone blocks, city wall, "
        "rampart, walls, wall, Burgmauer",
        "grey, gray, massive, old, strong",
    ),
    "sandstone": _words(
        "sandstone, sandstone wall, temple wall, desert temple, sandstone blocks, sandstone bricks, "
        "pyramid, carved stone, tomb wall, ancient temple, Sandstein",
        "golden, carved, ancient, yellow",
    ),
    "stairs": _words(
        "stairs, stone stairs, steps, staircase, stone steps, stairway, temple steps, Treppe",
        "broad, worn, grey, gray",
    ),
    "graves": _words(
        "gravestones, graveyard, graves, tombstones, cemetery, headstones, tombs, burial ground, Friedhof",
        "old, grey, gray, spooky, grassy",
    ),
    "roof_tiles": _words(
        "roof tiles, roof, tiled roof, rooftop, roofs, shingles, rooftops, house roof, slate roof, "
        "Dachziegel",
        "tiled, overlapping",
    ),
    "thatch": _words(
        "thatch, thatched roof, straw roof, straw, hay, thatching, straw thatch, haystack, Strohdach",
        "golden, yellow, straw-coloured",
    ),
    # floors
    "stone_tiles": _words(
        "stone tiles, dungeon floor, paving slabs, tiles, stone floor, flagstones, tile floor, castle "
        "floor, paving stones, pavement, stone slabs",
        "square, grey, gray",
    ),
    "marble": _words(
        "marble floor, marble, marble tiles, palace floor, checkered floor, polished marble, "
        "chessboard floor, checkerboard, ballroom floor, Marmor",
        "polished, shiny, veined, elegant",
    ),
    "mosaic": _words(
        "mosaic, mosaic floor, mosaic tiles, patterned tiles, ceramic tiles, bath house floor, roman "
        "mosaic, Mosaik",
        "colourful, colorful, patterned",
    ),
    "carpet": _words(
        "carpet, rug, royal carpet, carpet floor, woven rug, throne room floor, carpets, persian rug, "
        "tapestry, Teppich",
        "soft, patterned, woven, royal",
    ),
    "metal_plates": _words(
        "metal plates, metal floor, steel plates, iron plates, metal, steel, metal plating, iron "
        "floor, factory floor, Metallplatten",
        "riveted, shiny, rusty, grey, gray",
    ),
    "panels": _words(
        "sci-fi floor, spaceship floor, metal panels, space station, tech panels, futuristic floor, "
        "floor panels, spaceship deck, laboratory floor, space station floor",
        "futuristic, grey, gray, glowing, magical",
    ),
    "asphalt": _words(
        "asphalt, street asphalt, asphalt road, tarmac, highway, paved road, city street, blacktop, "
        "parking lot, motorway, Asphalt",
        "grey, gray, black, dark grey",
    ),
    # wood
    "planks": _words(
        "wooden planks, planks, wooden floor, boards, wood floor, floorboards, wood planks, timber "
        "floor, wooden boards, parquet, Holzdielen",
        "brown, old, worn, wooden",
    ),
    "palisade": _words(
        "palisade, log wall, wooden wall, logs, wooden fence, palisade wall, fence, stockade, tree "
        "trunks, log cabin wall, Palisade",
        "brown, wooden, strong",
    ),
    "bridge": _words(
        "bridge, wooden bridge, footbridge, pier, bridge planks, dock, jetty, bridges, rope bridge, "
        "boardwalk, Brücke",
        "wooden, narrow, old",
    ),
    "rails": _words(
        "rails, railway, train tracks, railroad, railroad tracks, railway tracks, tracks, mine "
        "tracks, minecart rails, Gleise",
        "iron, straight, rusty",
    ),
}
