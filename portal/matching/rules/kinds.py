"""What firms and buyers are, in words."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from portal.matching.rules.profiles import PartnerType, SupplierType

SUPPLIERS: Final[Mapping[SupplierType, Any]] = {
    SupplierType.PRODUCER: _l("Produttore"),
    SupplierType.BRAND: _l("Marchio"),
    SupplierType.SUBCONTRACTOR: _l("Terzista"),
    SupplierType.MACHINERY_MAKER: _l("Costruttore di macchine"),
    SupplierType.WHOLESALER: _l("Grossista"),
    SupplierType.SERVICES: _l("Servizi"),
    SupplierType.TECHNOLOGY: _l("Tecnologia"),
}
PARTNERS: Final[Mapping[PartnerType, Any]] = {
    PartnerType.IMPORTER: _l("Importatore"),
    PartnerType.DISTRIBUTOR: _l("Distributore"),
    PartnerType.AGENT: _l("Agente"),
    PartnerType.RETAILER: _l("Dettagliante"),
    PartnerType.MANUFACTURER: _l("Fabbricante"),
    PartnerType.JOINT_VENTURE: _l("Joint venture"),
    PartnerType.LICENSEE: _l("Licenziatario"),
    PartnerType.SERVICE_CENTRE: _l("Centro di assistenza"),
}
