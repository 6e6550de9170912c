"""Words that people type for what a level is made of: what the text encoders must know, painted or not."""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(each.split()) for each in text.split(";") if each.strip()))


NOUNS = _listed(
    """
grass; meadow; grassland; lawn; turf; pasture; prairie; savanna; steppe; plains; field; tall grass; dead
grass; forest; trees; woods; woodland; tree canopy; canopy; pine forest; pines; fir trees; spruce forest;
conifers; taiga; birch forest; oak forest; autumn wood; autumn forest; dead forest; dead trees; burnt
forest; bare trees; jungle; rainforest; tropical forest; palm trees; palms; bamboo; bamboo grove; orchard;
grove; thicket; bushes; bush; shrubs; hedge; hedgerow; brambles; thorns; vines; ivy; ferns; fern;
undergrowth; leaves; fallen leaves; leaf litter; roots; tree trunk; log; stump; flowers; flower meadow;
blossoms; wildflowers; tulips; sunflowers; roses; lavender; heather; clover; moss; lichen; mushrooms;
fungus; mushroom forest; mycelium; swamp; marsh; bog; wetland; mire; fen; mangrove; reeds; rushes; cattails;
lily pads; water lilies; seaweed; kelp; algae; coral; coral reef; reef; sponge; shells; dirt; earth; soil;
ground; dirt road; mud; mud pit; mire; clay; cracked clay; cracked earth; badlands; dust; wasteland; snow;
snow field; snowdrift; slush; frost; permafrost; tundra; ice; frozen lake; glacier; icicles; ice floor;
black ice; water; river; lake; shallow water; shallows; pond; stream; creek; brook; canal; moat; pool;
puddle; lagoon; bay; ford; rapids; waterfall; cascade; whirlpool; hot spring; geyser; oasis; deep water;
ocean; sea; deep sea; abyss; waves; foam; sand; beach; dunes; desert; sandbank; quicksand; shore; coast;
shoreline; salt flat; salt; sandstone; stone; rock; rocks; cliff; cliff edge; cliff face; boulders; crag;
mountain; mountains; hill; hills; peak; ridge; slope; canyon; ravine; gorge; valley; plateau; crater; cave;
cave floor; cavern; cave wall; mine; tunnel; chasm; pit; hole; gravel; pebbles; shingle; rubble; debris;
ruins; scree; slate; granite; basalt; obsidian; limestone; marble; marble floor; quartz; crystal; crystals;
gems; amethyst; ore; gold ore; coal; iron; copper; gold; silver; bronze; steel; lava; magma; molten rock;
lava flow; fire; flames; embers; ash; ashes; cinders; soot; volcano; volcanic rock; brimstone; cobblestone
path; cobblestone; cobbles; path; trail; footpath; cobbled road; road; street; pavement; sidewalk; asphalt;
highway; track; rails; railway; rail tracks; bridge; wooden bridge; stone bridge; pier; dock; jetty;
boardwalk; brick; brick wall; bricks; brick floor; wall; castle wall; stone wall; city wall; rampart;
battlements; fortress; castle; tower; keep; palace; temple; temple floor; church; cathedral; shrine; altar;
tomb; grave; graveyard; cemetery; crypt; catacombs; dungeon; dungeon floor; dungeon wall; prison; sewer;
sewage; house; houses; hut; cottage; village; town; city; farm; barn; mill; market; tavern; shop; inn;
harbor; camp; tent; campfire; well; fountain; statue; pillar; column; arch; gate; door; stairs; steps;
ladder; fence; palisade; wooden fence; picket fence; barrier; roof; roof tiles; thatched roof; thatch;
shingles; slate roof; straw; hay; wooden planks; planks; wooden floor; boards; parquet; floorboards; wood;
timber; stone tiles; paving slabs; tiles; tile floor; floor tiles; mosaic; ceramic tiles; checkered floor;
flagstones; concrete; cement; plaster; stucco; mortar; carpet; rug; red carpet; cloth; fabric; leather; fur;
wool; silk; paper; parchment; books; metal; metal plates; metal floor; steel plates; iron grating; grate;
rust; pipes; cables; wires; machinery; circuit board; panel; panels; glass; window; neon lights; spaceship
floor; spaceship hull; lab floor; laboratory; hangar; solar panels; bones; bone; skulls; skeletons; remains;
blood; flesh; slime; goo; ooze; acid; poison; toxic waste; oil; tar; tar pit; cobweb; spider web; webs;
eggs; nest; scales; feathers; tentacles; eyes; void; darkness; space; stars; night sky; nebula; clouds;
cloud; sky; fog; mist; smoke; magic runes; runes; magic circle; portal; rainbow; light; shadow; candy;
chocolate; farmland; ploughed field; furrows; vegetable field; crops; cabbage patch; pumpkin patch; garden;
vegetable garden; park; wheat field; wheat; corn field; grain; barley; rice paddy; rice field; vineyard;
corn; cotton field; tea plantation; football pitch; playground; arena; courtyard; plaza; square; market
square; parking lot; runway; island; peninsula; delta; treasure; chest; barrels; crates; sacks; table;
chair; bed; bookshelf; fireplace; torch; lamp; sign; cart; boat; ship; teddy bear; pizza; dragon; knight;
goblin; cat; dog; horse; cow; sheep; chicken; bird; fish; snake; spider; bear
"""
)
ADJECTIVES = _listed(
    """
lush verdant dry parched withered dark gloomy shadowy bright sunny mossy moss-covered overgrown snowy
snow-covered frosty autumn autumnal muddy green dense soft fresh colourful blooming murky brown bare white
deep blue clear golden yellow grey rough loose small ochre hard glowing hot orange pale cold frozen old worn
red square ploughed ripe wet damp slippery icy burnt charred scorched ashen rusty rusted shiny polished
smooth cracked broken ruined crumbling ancient weathered abandoned haunted cursed magical enchanted mystical
holy evil corrupted poisoned toxic slimy sticky bloody rotten dead dying barren lifeless fertile rich wild
tall short thick thin sparse scattered patchy flat steep rocky stony sandy grassy leafy flowery flooded
drained shallow calm still stormy rough choppy flowing rushing foaming sparkling crystal turquoise teal cyan
purple violet pink magenta crimson scarlet emerald lime olive tan beige cream black silver bronze copper
wooden metal metallic iron stone brick marble tiled paved cobbled patterned decorated ornate simple plain
clean dirty dusty filthy new modern medieval futuristic gothic viking japanese egyptian roman desert
tropical arctic alpine volcanic underground underwater coastal northern southern warm cool misty foggy rainy
snowbound windy cloudy moonlit sunlit dim light deep-blue blood-red winter summer spring night dawn dusk big
large huge tiny wide narrow long round cozy peaceful dangerous mysterious strange alien cartoon pixelated
stylised painted detailed realistic fluffy fuzzy spiky sharp jagged bumpy wavy striped spotted
""".replace(" ", ";").replace("\n", ";")
)
SILENT = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "with",
        "in",
        "on",
        "at",
        "to",
        "from",
        "is",
        "by",
        "for",
        "into",
        "some",
        "its",
        "as",
        "or",
        ",",
        ".",
        ";",
        ":",
    ]
)
