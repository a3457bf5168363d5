"""The size of an enterprise: Recommendation 2003/361/EC, annex (in Italy DM 18 April 2005).

Neighbours become nodes; nodes linked to each other become groups; groups linked to us join us whole, groups that
are partners add their share, investors on the list of art. 3(2) add nothing. Nothing is rounded before a limit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from portal.companies.rules.enterprise import (
    Enterprise,
    Figures,
    HolderKind,
    LinkedFirm,
    PartnerFirm,
    Relation,
    Side,
)
from portal.companies.rules.words import eur, number, percent
from portal.kernel.text import Frozen, Text

PARTNER_FROM = Decimal(25)
LINKED_ABOVE = Decimal(50)
ANGEL_BELOW_EUR = 1_250_000
SMALL_TOWN_BUDGET_EUR = 10_000_000
SMALL_TOWN_INHABITANTS = 5_000
US = ""

_INVESTORS = {
    HolderKind.UNIVERSITY,
    HolderKind.VENTURE_CAPITAL,
    HolderKind.BUSINESS_ANGEL,
    HolderKind.INSTITUTIONAL_INVESTOR,
    HolderKind.PUBLIC_INVESTMENT_COMPANY,
}
_KINDS_IT = {
    HolderKind.ENTERPRISE: "impresa",
    HolderKind.NATURAL_PERSON: "persona fisica",
    HolderKind.UNIVERSITY: "università o centro di ricerca senza scopo di lucro",
    HolderKind.VENTURE_CAPITAL: "società di capitale di rischio",
    HolderKind.BUSINESS_ANGEL: "business angel",
    HolderKind.INSTITUTIONAL_INVESTOR: "investitore istituzionale",
    HolderKind.PUBLIC_INVESTMENT_COMPANY: "società pubblica di partecipazione",
    HolderKind.LOCAL_AUTHORITY: "ente locale",
    HolderKind.PUBLIC_BODY: "ente pubblico",
}
_KINDS_EN = {
    HolderKind.ENTERPRISE: "enterprise",
    HolderKind.NATURAL_PERSON: "natural person",
    HolderKind.UNIVERSITY: "university or non-profit research centre",
    HolderKind.VENTURE_CAPITAL: "venture capital company",
    HolderKind.BUSINESS_ANGEL: "business angel",
    HolderKind.INSTITUTIONAL_INVESTOR: "institutional investor",
    HolderKind.PUBLIC_INVESTMENT_COMPANY: "public investment corporation",
    HolderKind.LOCAL_AUTHORITY: "local authority",
    HolderKind.PUBLIC_BODY: "public body",
}


class Size(StrEnum):
    """Smallest first; `not_sme`: of any size, but in public hands."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    NOT_SME = "not_sme"

    @property
    def rank(self) -> int:
        """For comparing."""
        return list(Size).index(self)


SIZE_WORDS = {
    Size.MICRO: Text(it="microimpresa", en="micro enterprise"),
    Size.SMALL: Text(it="piccola impresa", en="small enterprise"),
    Size.MEDIUM: Text(it="media impresa", en="medium-sized enterprise"),
    Size.LARGE: Text(it="grande impresa", en="large enterprise"),
    Size.NOT_SME: Text(it="non PMI: partecipazione pubblica", en="not an SME: in public hands"),
}


class Status(StrEnum):
    """How the enterprise stands to its neighbours; the closest tie counts."""

    AUTONOMOUS = "autonomous"
    PARTNER = "partner"
    LINKED = "linked"
    PUBLIC = "public"


@dataclass(frozen=True)
class _Limit:
    size: Size
    awu_below: Decimal
    turnover_to: Decimal
    balance_to: Decimal


_LIMITS = (
    _Limit(Size.MICRO, Decimal(10), Decimal(2_000_000), Decimal(2_000_000)),
    _Limit(Size.SMALL, Decimal(50), Decimal(10_000_000), Decimal(10_000_000)),
    _Limit(Size.MEDIUM, Decimal(250), Decimal(50_000_000), Decimal(43_000_000)),
)


class MissingFigures(ValueError):
    """A partner or linked firm whose figures nobody gave: the size can't be told."""

    def __init__(self, firm: str) -> None:
        self.firm = firm
        super().__init__(f"relations: the figures of {firm} are needed (awu, turnover_eur, balance_eur)")


@dataclass(frozen=True)
class Sums:
    """Headcount, turnover and balance-sheet total, aggregated and exact."""

    awu: Decimal = Decimal(0)
    turnover_eur: Decimal = Decimal(0)
    balance_eur: Decimal = Decimal(0)

    @classmethod
    def of(cls, figures: Figures) -> "Sums":
        """The figures as they are."""
        return cls(figures.awu, Decimal(figures.turnover_eur), Decimal(figures.balance_eur))

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.awu + other.awu, self.turnover_eur + other.turnover_eur, self.balance_eur + other.balance_eur)

    def share(self, pct: Decimal) -> "Sums":
        """`pct` percent of each."""
        part = pct / 100
        return Sums(self.awu * part, self.turnover_eur * part, self.balance_eur * part)

    def words(self) -> Text:
        """In words."""
        money = (self.turnover_eur, self.balance_eur)
        turnover, balance = (eur(amount) for amount in money)
        turnover_en, balance_en = (eur(amount, "en") for amount in money)
        return Text(
            it=f"{number(self.awu)} ULA, fatturato {turnover}, totale di bilancio {balance}",
            en=f"{number(self.awu, 'en')} AWU, turnover {turnover_en}, balance sheet total {balance_en}",
        )


class Step(Frozen):
    """One step of the reasoning."""

    rule: str
    text: Text
    source: str


class SizeResult(Frozen):
    """The size, the closest tie, the aggregated figures of the last year, and why."""

    size: Size
    status: Status
    awu: Decimal
    turnover_eur: Decimal
    balance_eur: Decimal
    steps: list[Step]

    def as_json(self) -> dict[str, object]:
        """The contract's shape: numbers as JSON numbers, steps in Italian."""
        return {
            "size": self.size.value,
            "status": self.status.value,
            "awu": _plain(self.awu),
            "turnover_eur": _plain(self.turnover_eur),
            "balance_eur": _plain(self.balance_eur),
            "steps": [{"rule": step.rule, "text": step.text.it, "source": step.source} for step in self.steps],
        }


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


@dataclass
class _Node:
    """A neighbour, met once or more."""

    id: str
    kind: HolderKind = HolderKind.ENTERPRISE
    figures: Figures | None = None
    consolidated: bool = False
    is_exempt_kind: bool = False
    is_public: bool = False

    @property
    def is_person(self) -> bool:
        return self.kind in {HolderKind.NATURAL_PERSON, HolderKind.BUSINESS_ANGEL}

    @property
    def has_figures(self) -> bool:
        """Persons and public bodies are no enterprises: nothing of theirs is added."""
        return not self.is_person and not self.is_public

    @property
    def words(self) -> Text:
        return Text(it=f"{self.id} ({_KINDS_IT[self.kind]})", en=f"{self.id} ({_KINDS_EN[self.kind]})")


@dataclass(frozen=True)
class _Tie:
    """`firm` holds `target` (upstream) or is held by it (downstream)."""

    firm: str
    target: str
    side: Side
    capital: Decimal
    votes: Decimal
    controls: bool


@dataclass
class _Graph:
    """Who is around, who is linked to whom, who holds what."""

    nodes: dict[str, _Node] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    ties: list[_Tie] = field(default_factory=list)

    def group(self, id_: str) -> str:
        """The name of the group of linked firms that this one is in."""
        while self.parent[id_] != id_:
            id_ = self.parent[id_]
        return id_

    def link(self, one: str, other: str) -> None:
        """Make the two groups one, named for the smaller name."""
        first, second = sorted((self.group(one), self.group(other)))
        self.parent[second] = first

    def members(self, group: str) -> list[_Node]:
        """In order of name."""
        return [self.nodes[id_] for id_ in sorted(self.nodes) if self.group(id_) == group]

    def groups(self) -> list[str]:
        """Every group but ours, in order of name."""
        return sorted({self.group(id_) for id_ in self.nodes} - {US})


def size_of(enterprise: Enterprise) -> SizeResult:
    """Size, status and reasons of an enterprise.

    Raises MissingFigures where a partner or linked firm has none.
    """
    graph = _graph_of(enterprise)
    public = _public_share(graph)
    joined = _join_the_linked(graph)
    others, steps, has_partners = _aggregate(graph, joined)

    own = Sums.of(enterprise.years[-1])
    total = own + others
    steps = [_own_step(enterprise), *steps]
    if others != Sums():
        steps.append(_step("aggregate", f"In tutto: {total.words().it}.", f"In all: {total.words().en}.", "art. 6"))

    size, reasons = _size_over_years(enterprise, others)
    steps += reasons
    linked = any(node.has_figures for node in joined)
    status = Status.LINKED if linked else Status.PARTNER if has_partners else Status.AUTONOMOUS
    if public is not None:
        size, status = Size.NOT_SME, Status.PUBLIC
        steps.append(public)
    steps.append(_step("result", f"Risultato: {SIZE_WORDS[size].it}.", f"Result: {SIZE_WORDS[size].en}.", "art. 2"))
    return SizeResult(
        size=size,
        status=status,
        awu=total.awu,
        turnover_eur=total.turnover_eur,
        balance_eur=total.balance_eur,
        steps=steps,
    )


def _step(rule: str, it: str, en: str, article: str) -> Step:
    return Step(rule=rule, text=Text(it=it, en=en), source=f"Racc. 2003/361/CE, allegato, {article}; DM 18/4/2005")


def _own_step(enterprise: Enterprise) -> Step:
    last = enterprise.years[-1]
    words = Sums.of(last).words()
    return _step(
        "own_figures", f"Dati propri {last.year}: {words.it}.", f"Own figures {last.year}: {words.en}.", "art. 4"
    )


def _graph_of(enterprise: Enterprise) -> _Graph:
    graph = _Graph(parent={US: US})
    for place, relation in enumerate(enterprise.relations):
        id_ = _visit(graph, relation, US, f"relations[{place}]")
        for other in relation.linked_to:
            _meet(graph, other)
            graph.link(id_, other)
    return graph


def _meet(graph: _Graph, id_: str) -> _Node:
    graph.parent.setdefault(id_, id_)
    return graph.nodes.setdefault(id_, _Node(id_))


def _visit(graph: _Graph, firm: Relation | PartnerFirm | LinkedFirm, target: str, path: str) -> str:
    """Note a neighbour of `target` and all that stands under it."""
    id_ = firm.id or path
    node = _meet(graph, id_)
    if firm.kind is not HolderKind.ENTERPRISE:
        node.kind = _kind_of(firm)
    node.figures = firm.figures or node.figures
    node.consolidated = node.consolidated or firm.consolidated
    is_small_town = node.kind is HolderKind.LOCAL_AUTHORITY and _is_small_town(firm)
    node.is_exempt_kind = node.is_exempt_kind or node.kind in _INVESTORS or is_small_town
    node.is_public = node.kind in {HolderKind.PUBLIC_BODY, HolderKind.LOCAL_AUTHORITY}
    if isinstance(firm, Relation | PartnerFirm):
        graph.ties.append(_Tie(id_, target, firm.side, firm.capital, firm.votes, firm.controls))
    for place, linked in enumerate(firm.linked):
        other = _visit(graph, linked, id_, f"{path}.linked[{place}]")
        if not linked.other_market:
            graph.link(id_, other)
    for place, partner in enumerate(firm.partners):
        _visit(graph, partner, id_, f"{path}.partners[{place}]")
    return id_


def _kind_of(firm: Relation | PartnerFirm | LinkedFirm) -> HolderKind:
    """A business angel with EUR 1.25 million or more in the firm is a person like others."""
    too_rich = firm.kind is HolderKind.BUSINESS_ANGEL and (firm.invested_eur or 0) >= ANGEL_BELOW_EUR
    return HolderKind.NATURAL_PERSON if too_rich else firm.kind


def _is_small_town(firm: Relation | PartnerFirm | LinkedFirm) -> bool:
    return (
        firm.budget_eur is not None
        and firm.inhabitants is not None
        and firm.budget_eur < SMALL_TOWN_BUDGET_EUR
        and firm.inhabitants < SMALL_TOWN_INHABITANTS
    )


def _public_share(graph: _Graph) -> Step | None:
    """The step that bars, where public bodies hold 25 % or more together; those exempt count once they control."""
    held = [tie for tie in graph.ties if tie.target == US and tie.side is Side.UPSTREAM and _is_public(graph, tie)]
    capital, votes = _sum(held)
    share = max(capital, votes)
    if share < PARTNER_FROM and not any(tie.controls for tie in held):
        return None
    names = ", ".join(sorted(tie.firm for tie in held))
    return _step(
        "public_body",
        f"Enti pubblici ({names}) controllano insieme il {percent(share)} del capitale o dei voti, o l'impresa stessa:"
        " con il 25 % o più non è una PMI.",
        f"Public bodies ({names}) control together {percent(share, 'en')} of capital or votes, or the enterprise"
        " itself: at 25% or more it is not an SME.",
        "art. 3, par. 4",
    )


def _is_public(graph: _Graph, tie: _Tie) -> bool:
    """Held by a public body, or by a firm linked to one; the list of art. 3(2) is spared while it does not control."""
    group = graph.group(tie.firm)
    node = graph.nodes[tie.firm]
    if node.is_exempt_kind:
        is_public_kind = node.is_public or node.kind is HolderKind.PUBLIC_INVESTMENT_COMPANY
        return is_public_kind and _is_linked(graph, group, {US})
    return any(member.is_public and not member.is_exempt_kind for member in graph.members(group))


def _sum(ties: Iterable[_Tie]) -> tuple[Decimal, Decimal]:
    """Capital and votes, each at most 100 in all."""
    ties = list(ties)
    whole = Decimal(100)
    return min(whole, sum((t.capital for t in ties), Decimal(0))), min(whole, sum((t.votes for t in ties), Decimal(0)))


def _between(graph: _Graph, group: str, ours: set[str]) -> list[_Tie]:
    return [tie for tie in graph.ties if graph.group(tie.firm) == group and tie.target in ours]


def _stakes(ties: list[_Tie]) -> list[list[_Tie]]:
    """Ties that add up: all into one of ours, or all of ours into one of theirs."""
    into_ours = {tie.target for tie in ties if tie.side is Side.UPSTREAM}
    into_theirs = {tie.firm for tie in ties if tie.side is Side.DOWNSTREAM}
    return [
        *([t for t in ties if t.side is Side.UPSTREAM and t.target == one] for one in sorted(into_ours)),
        *([t for t in ties if t.side is Side.DOWNSTREAM and t.firm == one] for one in sorted(into_theirs)),
    ]


def _is_linked(graph: _Graph, group: str, ours: set[str]) -> bool:
    """A majority of votes, alone or jointly, or control by other means."""
    ties = _between(graph, group, ours)
    return any(tie.controls for tie in ties) or any(_sum(stake)[1] > LINKED_ABOVE for stake in _stakes(ties))


def _join_the_linked(graph: _Graph) -> list[_Node]:
    """Let every linked group join ours, until none is left; answers those who joined."""
    while True:
        ours = {US, *(node.id for node in graph.members(US))}
        linked = [group for group in graph.groups() if _is_linked(graph, group, ours)]
        if not linked:
            return graph.members(US)
        for group in linked:
            graph.link(US, group)


def _aggregate(graph: _Graph, joined: list[_Node]) -> tuple[Sums, list[Step], bool]:
    """What the neighbours add, the steps, and whether any of them is a partner."""
    total, steps, has_partners = Sums(), [], False
    for node in joined:
        if node.has_figures:
            total += _figures(node)
        steps.append(_linked_step(node))
    ours = {US, *(node.id for node in joined)}
    for group in graph.groups():
        ties = _between(graph, group, ours)
        if not ties:
            continue
        share, exempt = _partner_share(graph, ties)
        members = [node for node in graph.members(group) if node.has_figures]
        if share < PARTNER_FROM or exempt or not members:
            steps.append(_ignored_step(graph.members(group), share, exempt=exempt and share >= PARTNER_FROM))
            continue
        figures = sum((_figures(node) for node in members), Sums())
        total += figures.share(share)
        steps.append(_partner_step(members, figures, share))
        has_partners = True
    return total, steps, has_partners


def _figures(node: _Node) -> Sums:
    if node.consolidated:
        return Sums()
    if node.figures is None:
        raise MissingFigures(node.id)
    return Sums.of(node.figures)


def _partner_share(graph: _Graph, ties: list[_Tie]) -> tuple[Decimal, bool]:
    """The greater of capital and votes, of one way and the other; and whether only exempt investors hold it."""
    ties = [tie for tie in ties if graph.nodes[tie.firm].has_figures or graph.nodes[tie.firm].is_exempt_kind]
    shares = [(max(_sum(stake)), stake) for stake in _stakes(ties)]
    share, _ = max(shares, key=lambda known: known[0], default=(Decimal(0), []))
    reached = [tie for known, stake in shares if known >= PARTNER_FROM for tie in stake]
    exempt = all(graph.nodes[tie.firm].is_exempt_kind and tie.side is Side.UPSTREAM for tie in reached)
    return share, exempt


def _linked_step(node: _Node) -> Step:
    if not node.has_figures:
        return _step(
            "link",
            f"{node.words.it}: controlla l'impresa; non ha dati propri da sommare.",
            f"{node.words.en}: controls the enterprise; has no figures of its own to add.",
            "art. 3, par. 3",
        )
    if node.consolidated:
        return _step(
            "linked",
            f"{node.words.it}: impresa collegata, già compresa nei conti consolidati.",
            f"{node.words.en}: linked enterprise, already within the consolidated accounts.",
            "art. 6, par. 2 e 3",
        )
    words = _figures(node).words()
    return _step(
        "linked",
        f"{node.words.it}: impresa collegata, si somma per intero: {words.it}.",
        f"{node.words.en}: linked enterprise, added whole: {words.en}.",
        "art. 3, par. 3, e art. 6, par. 2",
    )


def _partner_step(members: list[_Node], figures: Sums, share: Decimal) -> Step:
    added = figures.share(share).words()
    it = " + ".join(node.words.it for node in members)
    en = " + ".join(node.words.en for node in members)
    return _step(
        "partner",
        f"{it}: impresa associata al {percent(share)}; del suo totale (con le sue collegate) si aggiungono {added.it}.",
        f"{en}: partner enterprise at {percent(share, 'en')}; of its total (linked firms too) {added.en} are added.",
        "art. 3, par. 2, e art. 6, par. 2 e 3",
    )


def _ignored_step(members: list[_Node], share: Decimal, *, exempt: bool) -> Step:
    it = " + ".join(node.words.it for node in members)
    en = " + ".join(node.words.en for node in members)
    if exempt:
        return _step(
            "exempt_investor",
            f"{it}: {percent(share)}, investitore esente che non controlla l'impresa; non si aggiunge nulla.",
            f"{en}: {percent(share, 'en')}, exempt investor that does not control the enterprise; nothing is added.",
            "art. 3, par. 2, secondo comma",
        )
    if not any(node.has_figures for node in members):
        return _step(
            "no_enterprise",
            f"{it}: non è un'impresa; non si aggiunge nulla.",
            f"{en}: not an enterprise; nothing is added.",
            "art. 1",
        )
    return _step(
        "below_25",
        f"{it}: {percent(share)}, sotto il 25 %; non si aggiunge nulla.",
        f"{en}: {percent(share, 'en')}, below 25%; nothing is added.",
        "art. 3, par. 2",
    )


def class_of(figures: Sums) -> Size:
    """The class of one year: headcount AND one of turnover or balance sheet."""
    for limit in _LIMITS:
        money = figures.turnover_eur <= limit.turnover_to or figures.balance_eur <= limit.balance_to
        if figures.awu < limit.awu_below and money:
            return limit.size
    return Size.LARGE


def settle(classes: list[Size]) -> Size:
    """The status after these yearly classes, oldest first: it moves only when two closings in a row are beyond it."""
    status = classes[0]
    for before, now in pairwise(classes):
        if min(before.rank, now.rank) > status.rank:
            status = min(before, now, key=lambda size: size.rank)
        elif max(before.rank, now.rank) < status.rank:
            status = max(before, now, key=lambda size: size.rank)
    return status


def _size_over_years(enterprise: Enterprise, others: Sums) -> tuple[Size, list[Step]]:
    classes = [class_of(Sums.of(year) + others) for year in enterprise.years]
    steps = [
        _step(
            "year_class",
            f"{year.year}: {SIZE_WORDS[size].it} ({words.it}).",
            f"{year.year}: {SIZE_WORDS[size].en} ({words.en}).",
            "art. 2",
        )
        for year, size in zip(enterprise.years, classes, strict=True)
        for words in [(Sums.of(year) + others).words()]
    ]
    if enterprise.merged:
        it = "Fusione o acquisizione nell'ultimo esercizio: vale subito la classe dell'ultimo anno."
        en = "Merger or takeover in the last year: its class counts at once."
        return classes[-1], [*steps, _step("merger", it, en, "art. 4, par. 2")]
    size = settle(classes)
    if len(set(classes)) > 1:
        it = f"La classe cambia solo dopo due esercizi consecutivi: resta o diventa {SIZE_WORDS[size].it}."
        en = f"The class changes only after two closings in a row: it stays or becomes {SIZE_WORDS[size].en}."
        steps.append(_step("two_years", it, en, "art. 4, par. 2"))
    return size, steps
