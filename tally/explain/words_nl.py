"""What the explanations say in Dutch. Two forms: for one and for any other number; a text: for all."""

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str | tuple[str, str]] = MappingProxyType(
    {
        # numbers and lists
        "about": "ongeveer {amount}",
        "and": "{first} en {last}",
        "or": "{first} of {last}",
        "comma": ", ",
        "flow": "{title} ({amount})",
        "others": (
            "1 ander project",
            "{n} andere projecten",
        ),
        "none": "geen project",
        "ballots": (
            "1 stembiljet",
            "{n} stembiljetten",
        ),
        "votes": (
            "1 stem",
            "{n} stemmen",
        ),
        "points": (
            "1 punt",
            "{n} punten",
        ),
        "step.cost": "de laagste kosten gaven de doorslag",
        "step.votes": "de meeste stemmen gaven de doorslag",
        "step.lot": "het lot gaf de doorslag",
        "step.id": "de volgorde van de projectnummers gaf de doorslag",
        "line.votes": "in de rij naar stemmen",
        "line.votes-per-cost": "in de rij naar stemmen in verhouding tot de kosten",
        # who won
        "won.even": (
            (
                "{title} won in ronde {number}: het ene stembiljet dat het koos, betaalde de "
                "{cost} die het kost."
            ),
            (
                "{title} won in ronde {number}: de {n} stembiljetten die het kozen, betaalden "
                "samen de {cost} die het kost, {each} per stuk."
            ),
        ),
        "won.uneven": (
            (
                "{title} won in ronde {number}: de {cost} die het kost, kwam van {full} met {each} "
                "per stuk en van 1 stembiljet met alles wat het nog had."
            ),
            (
                "{title} won in ronde {number}: de {cost} die het kost, kwam van {full} met {each} "
                "per stuk en van {n} stembiljetten met alles wat ze nog hadden."
            ),
        ),
        "won.all": (
            (
                "{title} won in ronde {number}: het ene stembiljet dat het koos, betaalde alles "
                "wat het nog had, en dat was de {cost} die het kost."
            ),
            (
                "{title} won in ronde {number}: de {n} stembiljetten die het kozen, betaalden "
                "alles wat ze nog hadden, samen de {cost} die het kost."
            ),
        ),
        "won.points": (
            (
                "{title} won in ronde {number}: het ene stembiljet dat het punten gaf, betaalde de "
                "{cost} die het kost."
            ),
            (
                "{title} won in ronde {number}: de {n} stembiljetten die het punten gaven, "
                "betaalden samen de {cost} die het kost, {least} tot {most} per stuk."
            ),
        ),
        "won.free": "{title} won in ronde {number}: het kost niets en is gekozen op {ballots}.",
        "won.votes": (
            "{title} won: met {votes} stond het op plaats {number} {line}, er was nog {pot} over "
            "en het kost {cost}."
        ),
        "won.completion": (
            "{title} won met het geld dat over was: met {votes} was het aan de beurt toen er nog "
            "{pot} over was, en het kost {cost}."
        ),
        "won.load": (
            (
                "{title} won in ronde {number}: met de {cost} die het kost, draagt het ene "
                "stembiljet dat het koos {load}, en geen ander project kwam op minder uit."
            ),
            (
                "{title} won in ronde {number}: met de {cost} die het kost, draagt elk van de {n} "
                "stembiljetten die het kozen {load}, en geen ander project kwam op minder uit."
            ),
        ),
        "won.other": "{title} won: het is gekozen op {ballots} en kost {cost}.",
        "tie": "Het stond precies gelijk met {others}; {step}.",
        # who lost
        "lost.shares": (
            (
                "{title} verloor: het ene stembiljet dat het koos, had nog {left} over en het kost "
                "{cost}; er ontbrak dus {missing}."
            ),
            (
                "{title} verloor: de {n} stembiljetten die het kozen, hadden samen nog {left} over "
                "en het kost {cost}; er ontbrak dus {missing}."
            ),
        ),
        "lost.completion": (
            (
                "{title} verloor: het ene stembiljet dat het koos, had nog {left} over, en toen "
                "het geld dat over was werd verdeeld, was er op zijn beurt nog {pot}, {missing} te "
                "weinig voor de {cost} die het kost."
            ),
            (
                "{title} verloor: de {n} stembiljetten die het kozen, hadden samen nog {left} "
                "over, en toen het geld dat over was werd verdeeld, was er op zijn beurt nog "
                "{pot}, {missing} te weinig voor de {cost} die het kost."
            ),
        ),
        "lost.dear": "{title} verloor: het kost {cost} en in de hele pot zit {budget}.",
        "lost.votes": (
            "{title} verloor: met {votes} stond het op plaats {number} {line} en er was toen nog "
            "{pot}, {missing} te weinig voor de {cost} die het kost."
        ),
        "lost.stopped": (
            "{title} verloor: het tellen was al klaar voor zijn beurt, bij {stopper}, dat niet paste."
        ),
        "lost.nobody": "{title} verloor: niemand koos het.",
        "lost.few-votes": "{title} verloor: het kreeg {votes} en de spelregels vragen {asked}.",
        "lost.few-ballots": "{title} verloor: het is gekozen op {ballots} en de spelregels vragen {asked}.",
        "lost.load": (
            "{title} verloor: het tellen was klaar voor zijn beurt, met nog {pot} over, en het kost {cost}."
        ),
        "lost.other": "{title} verloor: het is gekozen op {ballots}, kost {cost} en er was nog {pot} over.",
        "spent": (
            "Dat stembiljet begon met {had} en had al betaald voor {flows}.",
            "Die stembiljetten begonnen samen met {had} en hadden al betaald voor {flows}.",
        ),
        "spent.nothing": (
            "Dat stembiljet had voor niets anders betaald.",
            "Die stembiljetten hadden voor niets anders betaald.",
        ),
        "ahead": (
            "Daarvoor had 1 project gewonnen, voor {spent}.",
            "Daarvoor hadden {n} projecten gewonnen, voor samen {spent}.",
        ),
        # what would have changed that
        "would.lose": "Het had verloren {causes}.",
        "would.win": "Het had gewonnen {causes}.",
        "would.nothing": "Niets van wat is nageteld had het laten winnen.",
        "by.fewer": (
            "met 1 stem minder",
            "met {n} stemmen minder (met {less} minder nog niet)",
        ),
        "by.more": (
            "met 1 extra stembiljet voor alleen dit project",
            "met {n} extra stembiljetten voor alleen dit project (met {less} extra nog niet)",
        ),
        "by.more-points": (
            "met 1 extra stembiljet dat alleen dit project {points} geeft",
            "met {n} extra stembiljetten die alleen dit project {points} geven (met {less} extra nog niet)",
        ),
        "by.dearer": "bij alle kosten boven {cost}",
        "by.dearer-here": "bij een cent meer dan {cost} (bij dat bedrag zelf niet)",
        "by.cheaper": "bij kosten van {cost} of minder",
        "by.cheaper-here": "bij kosten van {cost} (bij een cent meer niet)",
        # the whole
        "whole.money": "Van de pot van {budget} is {spent} besteed en is {left} over.",
        "whole.projects": (
            "1 van de {projects} projecten won.",
            "{n} van de {projects} projecten wonnen.",
        ),
        "whole.happy": (
            "1 van de {ballots} stembiljetten ({percent}) heeft ten minste één winnaar.",
            "{n} van de {ballots} stembiljetten ({percent}) hebben ten minste één winnaar.",
        ),
        "whole.purse": "Elk stembiljet begon met {purse}.",
        "whole.spread": "Stembiljetten naar het aantal winnaars dat ze hebben: {spread}.",
        "whole.kept": (
            "Voor {prefer} is deze uitslag beter en voor {against} die naar de meeste stemmen; "
            "daarom geldt deze."
        ),
        "whole.replaced": (
            "Voor {against} is de uitslag naar de meeste stemmen beter en voor {prefer} die naar "
            "gelijke aandelen; daarom geldt die naar de meeste stemmen."
        ),
        "whole.same": "Kiezen naar de meeste stemmen had dezelfde projecten gegeven.",
        "whole.rival": (
            "Kiezen naar de meeste stemmen voegt {there} toe en laat {here} vallen; voor {prefer} "
            "heeft deze uitslag meer, voor {against} die andere."
        ),
        "margin.exact": (
            "Als 1 stembiljet verandert, kunnen er andere winnaars zijn.",
            "Als {n} stembiljetten veranderen, kunnen er andere winnaars zijn, bij minder niet.",
        ),
        "margin.between": (
            "Als 1 stembiljet verandert, kunnen er andere winnaars zijn.",
            (
                "Als {n} stembiljetten veranderen, kunnen er andere winnaars zijn, bij minder dan "
                "{least} niet; wat daartussen ligt is niet bekend."
            ),
        ),
        "margin.least": (
            "Hoe weinig veranderde stembiljetten andere winnaars kunnen geven, is niet bekend.",
            "Als minder dan {n} stembiljetten veranderen, kunnen er geen andere winnaars zijn.",
        ),
        "margin.none": "Geen verandering van stembiljetten kan andere winnaars geven.",
        # one ballot
        "ballot.purse": "Dit aandeel was {purse} waard.",
        "ballot.paid": "Het betaalde voor {flows}; {left} is over.",
        "ballot.unspent": "Het betaalde nergens voor; {left} is over.",
        "ballot.won": (
            "Van wat dit stembiljet koos, won {won}.",
            "Van wat dit stembiljet koos, wonnen {won}.",
        ),
        "ballot.lost": "Van wat dit stembiljet koos, won niets.",
        "ballot.empty": "Dit stembiljet koos niets.",
    }
)
