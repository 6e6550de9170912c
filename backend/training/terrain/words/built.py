"""What people have made: the words for it."""

from training.terrain.words.words import Words, listed

BUILT: dict[str, Words] = {
    # masonry
    "cobblestone": listed(
        "cobblestone path, cobblestone, path, cobbled road, road, cobblestones, cobbled street, "
        "street, cobble, stone path, paved path, Kopfsteinpflaster",
        "old, grey, worn, gray",
    ),
    "brick": listed(
        "brick, brick wall, bricks, brick floor, red bricks, brickwork, house wall, brick building, "
        "Ziegelmauer",
        "red, old",
    ),
    "castle_wall": listed(
        "castle wall, stone wall, castle walls, fortress wall, dungeon wall, stone blocks, city wall, "
        "rampart, walls, wall, Burgmauer",
        "grey, gray, massive, old, strong",
    ),
    "sandstone": listed(
        "sandstone, sandstone wall, temple wall, desert temple, sandstone blocks, sandstone bricks, "
        "pyramid, carved stone, tomb wall, ancient temple, Sandstein",
        "golden, carved, ancient, yellow",
    ),
    "stairs": listed(
        "stairs, stone stairs, steps, staircase, stone steps, stairway, temple steps, Treppe",
        "broad, worn, grey, gray",
    ),
    "graves": listed(
        "gravestones, graveyard, graves, tombstones, cemetery, headstones, tombs, burial ground, Friedhof",
        "old, grey, gray, spooky, grassy",
    ),
    "roof_tiles": listed(
        "roof tiles, roof, tiled roof, rooftop, roofs, shingles, rooftops, house roof, slate roof, "
        "Dachziegel",
        "tiled, overlapping",
    ),
    "thatch": listed(
        "thatch, thatched roof, straw roof, straw, hay, thatching, straw thatch, haystack, Strohdach",
        "golden, yellow, straw-coloured",
    ),
    # floors
    "stone_tiles": listed(
        "stone tiles, dungeon floor, paving slabs, tiles, stone floor, flagstones, tile floor, castle "
        "floor, paving stones, pavement, stone slabs",
        "square, grey, gray",
    ),
    "marble": listed(
        "marble floor, marble, marble tiles, palace floor, checkered floor, polished marble, "
        "chessboard floor, checkerboard, ballroom floor, Marmor",
        "polished, shiny, veined, elegant",
    ),
    "mosaic": listed(
        "mosaic, mosaic floor, mosaic tiles, patterned tiles, ceramic tiles, bath house floor, roman "
        "mosaic, Mosaik",
        "colourful, colorful, patterned",
    ),
    "carpet": listed(
        "carpet, rug, royal carpet, carpet floor, woven rug, throne room floor, carpets, persian rug, "
        "tapestry, Teppich",
        "soft, patterned, woven, royal",
    ),
    "metal_plates": listed(
        "metal plates, metal floor, steel plates, iron plates, metal, steel, metal plating, iron "
        "floor, factory floor, Metallplatten",
        "riveted, shiny, rusty, grey, gray",
    ),
    "panels": listed(
        "sci-fi floor, spaceship floor, metal panels, space station, tech panels, futuristic floor, "
        "floor panels, spaceship deck, laboratory floor, space station floor",
        "futuristic, grey, gray, glowing, magical",
    ),
    "asphalt": listed(
        "asphalt, street asphalt, asphalt road, tarmac, highway, paved road, city street, blacktop, "
        "parking lot, motorway, Asphalt",
        "grey, gray, black, dark grey",
    ),
    # wood
    "planks": listed(
        "wooden planks, planks, wooden floor, boards, wood floor, floorboards, wood planks, timber "
        "floor, wooden boards, parquet, Holzdielen",
        "brown, old, worn, wooden",
    ),
    "palisade": listed(
        "palisade, log wall, wooden wall, logs, wooden fence, palisade wall, fence, stockade, tree "
        "trunks, log cabin wall, Palisade",
        "brown, wooden, strong",
    ),
    "houses": listed(
        "houses, village, house, town, cottages, huts, buildings, hut, city, cottage, small houses, "
        "village houses, Dorf",
        "small, old, timbered",
    ),
    "crates": listed(
        "crates, wooden crates, barrels, boxes, crate, barrel, storeroom, warehouse floor, cargo, Kisten",
        "wooden, stacked, brown",
    ),
    "bridge": listed(
        "bridge, wooden bridge, footbridge, pier, bridge planks, dock, jetty, bridges, rope bridge, "
        "boardwalk, Brücke",
        "wooden, narrow, old",
    ),
    "rails": listed(
        "rails, railway, train tracks, railroad, railroad tracks, railway tracks, tracks, mine "
        "tracks, minecart rails, Gleise",
        "iron, straight, rusty",
    ),
}
