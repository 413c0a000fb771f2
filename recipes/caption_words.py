"""The closed lists of words by which captions are read, and which things are alike."""

from __future__ import annotations


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


COLOURS = (
    "black",
    "white",
    "brown",
    "red",
    "blue",
    "green",
    "yellow",
    "orange",
    "pink",
    "purple",
    "grey",
    "tan",
    "blond",
)
SPELLINGS = {"gray": "grey", "blonde": "blond", "color": "colour", "colored": "coloured"}
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
DETERMINERS = _words("a an the his her their its some one another this that these those")
POSSESSIVES = {"his", "her", "their", "its"}
PLACED = _words("in on at through across along near inside into over under by down beside behind")
PREPOSITIONS = PLACED | _words(
    "with of from to for off up around against toward towards between among next onto out "
    "above outside past during after while as without like amongst beneath atop before"
)
STOPS = PREPOSITIONS | _words(
    "and or but is are was were be being been has have had that who which , where there very "
    "about it they he she them him both all trying attempts tries high low together upside"
)
NOT_VERBS = _words(
    "clothing building railing swing something ring string wedding ceiling setting painting "
    "parking wing king thing nothing everything evening morning bring spring sing during "
    "opening landing advertising siding crossing clearing being"
)
PLURALS = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot",
    "leaves": "leaf", "knives": "knife", "skis": "ski", "firemen": "fireman", "policemen":
    "policeman", "wolves": "wolf", "geese": "goose", "teeth": "tooth",
}  # fmt: skip
SAME = _words(
    "glasses sunglasses pants shorts jeans clothes goggles stairs grass dress bus scissors "
    "wetsuit headphones overalls moss glass class boss"
)
PAIRS = _words(
    "glasses sunglasses pants shorts jeans goggles stairs clothes scissors headphones overalls "
    "gloves boots shoes socks skis"
)
MASSES = _words("snow water grass sand dirt mud surf hair ice graffiti")
OBJECT_ACTIONS = _words(
    "riding holding carrying catching throwing chasing kicking climbing pulling hitting playing "
    "eating watching pushing reading biting licking chewing driving blowing fetching retrieving "
    "swinging"
)
VAGUE = _words(
    "doing having being going performing making taking attempting trying getting using preparing "
    "starting coming showing enjoying wearing putting setting giving helping practicing"
)
MANY = _words("several many group crowd some people lots bunch others crowds groups couple")
MALE = _words("man boy guy gentleman fireman policeman father")
FEMALE = _words("woman girl lady mother bride")
PEOPLE = (
    MALE
    | FEMALE
    | _words(
        "person child kid baby toddler player rider surfer skateboarder biker skier snowboarder "
        "cyclist climber hiker runner crowd group team couple family performer dancer adult "
        "teenager worker musician singer swimmer boxer wrestler motorcyclist bicyclist officer "
        "racer jogger band fan friend athlete one soldier tourist skater bicycler driver clown "
        "wakeboarder teen youth infant"
    )
)
ANIMALS = _words(
    "dog puppy cat horse bird cow sheep goat elephant duck monkey bull animal greyhound "
    "poodle terrier collie retriever dalmatian seagull rabbit pig deer lion tiger bear fish "
    "labrador kitten swan beagle"
)
CLOTHES = _words(
    "shirt t-shirt jacket coat hat cap helmet dress skirt suit pants shorts jeans uniform "
    "vest sweater sweatshirt hoodie scarf gloves glasses sunglasses goggles bikini swimsuit "
    "wetsuit costume backpack bandana tie outfit jersey top bathing tank harness collar mask "
    "robe boots shoes socks kimono blouse wig headband overalls"
)
PLACES = _words(
    "water grass field snow beach street pool park sidewalk bench hill sand ocean road lake "
    "path track woods yard ramp river forest playground fountain trail bed rock trampoline "
    "shore city lawn boat court dirt chair bridge mountain slope bar surf wave stream pond "
    "mud stage store backyard cliff raft kitchen desert dock stadium restaurant gym sea couch "
    "room floor tree swing slide horse racetrack railing garden stairs train porch tent car "
    "parade sprinkler canoe kayak driveway sofa puddle tunnel leaf waterfall market station "
    "classroom air bike bicycle motorcycle skateboard pavement ice jungle meadow deck table "
    "patio alley pier"
)
NOTICED = ANIMALS | _words(
    "man woman boy girl child bicycle bike motorcycle car truck bus train boat kayak canoe "
    "skateboard surfboard snowboard frisbee guitar tree snow beach water pool ocean lake river "
    "grass sand street bench fence umbrella tent camera swing slide fountain waterfall mountain "
    "ball helmet hat sunglasses backpack bridge crowd building stick toy"
)
_TOGETHER = (
    _words("bicycle bike bicyclist cyclist biker motorcycle motorbike dirtbike biking scooter"),
    _words("car truck bus vehicle van jeep suv traffic taxi race racing street road parade"),
    _words("boat kayak canoe raft ship rowboat sailboat kayaking paddling"),
    _words(
        "water pool ocean lake river sea beach wave waves surf surfing surfer swimming swims "
        "stream creek pond fountain waterfall splash splashing puddle wet shore boat kayak "
        "swimmer wading sand bathing surfboard rapids canoe raft"
    ),
    _words("grass field lawn yard park backyard grassy meadow garden soccer baseball football"),
    _words("snow snowy ski skiing skier skis snowboard snowboarder snowboarding ice sled winter"),
    _words("hat cap helmet hats hood bandana headgear visor"),
    _words("tree trees woods forest wooded branch branches jungle park leaves bushes bush"),
    _words("street road sidewalk city car traffic pavement intersection crosswalk"),
    _words("ball frisbee toy tennis soccer baseball football basketball game rugby volleyball"),
    _words("mountain mountains hill cliff rock rocks climbing climber peak slope hiking rocky"),
    _words("building buildings house city store shop street structure town church wall window"),
    _words("fence railing gate barrier wall"),
    _words("stick branch log toy pole"),
    _words("sunglasses glasses goggles shades"),
    _words("skateboard skateboarder skateboarding ramp scooter"),
    _words("camera posing poses photo picture photograph photographer cameras"),
    _words("crowd people group audience spectators"),
    _words("slide swing playground"),
    _words("backpack backpacks bag pack"),
    _words("bench seat chair sitting sits"),
)
ALIKE = {
    head: frozenset().union(*(group for group in _TOGETHER if head in group)) - {head}
    for head in frozenset().union(*_TOGETHER)
}
"""By noun, the words that speak of something near enough to make its absence doubtful."""
