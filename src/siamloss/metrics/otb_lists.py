"""The sequences of OTB-2013, OTB-50 and OTB-100, and the ways their names are written.

A folder with two targets is two sequences: ``Jogging-1`` and ``Jogging-2``, ``Skating2-1`` and ``Skating2-2``. Of
Human4 only the second annotation is used. OTB-50 (also "TB-50") is the harder half of OTB-100, *not* OTB-2013.

Source: OTB toolkit (jwlim/tracker_benchmark, data/); counts 51, 50 and 100.
"""

_OTB2013 = """
    Basketball Bolt Boy Car4 CarDark CarScale Coke Couple Crossing David David2 David3 Deer Dog1 Doll Dudek FaceOcc1
    FaceOcc2 Fish FleetFace Football Football1 Freeman1 Freeman3 Freeman4 Girl Ironman Jogging-1 Jogging-2 Jumping
    Lemming Liquor Matrix Mhyang MotorRolling MountainBike Shaking Singer1 Singer2 Skating1 Skiing Soccer Subway Suv
    Sylvester Tiger1 Tiger2 Trellis Walking Walking2 Woman"""
_OTB50 = """
    Basketball Biker Bird1 BlurBody BlurCar2 BlurFace BlurOwl Bolt Box Car1 Car4 CarDark CarScale ClifBar Couple
    Crowds David Deer Diving DragonBaby Dudek Football Freeman4 Girl Human3 Human4-2 Human6 Human9 Ironman Jump Jumping
    Liquor Matrix MotorRolling Panda RedTeam Shaking Singer2 Skating1 Skating2-1 Skating2-2 Skiing Soccer Surfer
    Sylvester Tiger2 Trellis Walking Walking2 Woman"""
_OTHERS = """
    Bird2 BlurCar1 BlurCar3 BlurCar4 Board Bolt2 Car2 Car24 Coupon Dancer Dancer2 Dog Girl2 Gym Human2
            Human5 Human7 Human8 KiteSurf Man Rubik Skater Skater2 Toy Trans Twinnings Vase"""

OTB2013 = tuple(_OTB2013.split())
OTB50 = tuple(_OTB50.split())
OTB100 = tuple(sorted({*OTB2013, *OTB50, *_OTHERS.split()}))

LISTS = {
    "otb2013": OTB2013,
    "cvpr13": OTB2013,
    "otb50": OTB50,
    "tb50": OTB50,
    "otb100": OTB100,
    "tb100": OTB100,
    "otb2015": OTB100,
}
"""Every name a list goes by."""


def sequence_key(name: str) -> str:
    """One key for all spellings of a sequence: ``jogging_1``, ``Jogging.1`` (GOT-10k toolkit) and ``Jogging-1``.

    Example
    -------
    >>> sequence_key("Human4") == sequence_key("human4-2")
    True
    """
    key = name.lower()
    if key[-2:-1] in ("_", ".") and key[-1:] in ("1", "2"):
        key = f"{key[:-2]}-{key[-1]}"
    return "human4-2" if key == "human4" else key
