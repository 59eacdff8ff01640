"""Where the e-invoices of EN 16931 say what: UN/CEFACT CII, as ZUGFeRD 1 and 2 and Factur-X have it, and UBL 2.

Paths of local names; `A|B` are names of the same thing in two versions, `ID[VA]` has that scheme. The first path that
leads to something counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Paths = tuple[str, ...]


@dataclass(frozen=True)
class Syntax:
    """`root`: local names of the document. `address` in the order in which it is written; `lines` are what `item`'s
    paths start from, `bundle` the quantity that its price is for."""

    roots: frozenset[str]
    fields: Mapping[str, Paths]
    address: Paths
    country: str
    customer_tax_id: Paths
    rates: str
    payable: str
    lines: str
    item: Mapping[str, Paths]
    bundle: str


_DOCUMENT = "ExchangedDocument|HeaderExchangedDocument"
_TRADE = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREED = f"{_TRADE}/ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_SETTLED = f"{_TRADE}/ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMS = f"{_SETTLED}/SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_SELLER = f"{_AGREED}/SellerTradeParty"
_BUYER = f"{_AGREED}/BuyerTradeParty"
_LINE_AGREED = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement/NetPriceProductTradePrice"
_LINE_SETTLED = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
_LINE_SUMS = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"

CII = Syntax(
    roots=frozenset({"CrossIndustryInvoice", "CrossIndustryDocument"}),
    fields={
        "vendor": (f"{_SELLER}/Name",),
        "vendor_tax_id": (f"{_SELLER}/SpecifiedTaxRegistration/ID[VA]", f"{_SELLER}/SpecifiedTaxRegistration/ID"),
        "invoice_number": (f"{_DOCUMENT}/ID",),
        "date": (f"{_DOCUMENT}/IssueDateTime/DateTimeString",),
        "due_date": (f"{_SETTLED}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",),
        "currency": (f"{_SETTLED}/InvoiceCurrencyCode",),
        "subtotal": (f"{_SUMS}/TaxBasisTotalAmount", f"{_SUMS}/LineTotalAmount"),
        "tax": (f"{_SUMS}/TaxTotalAmount",),
        "total": (f"{_SUMS}/GrandTotalAmount",),
        "iban": (f"{_SETTLED}/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID",),
    },
    address=tuple(
        f"{_SELLER}/PostalTradeAddress/{part}"
        for part in ("LineOne", "LineTwo", "LineThree", "PostcodeCode", "CityName", "CountryID")
    ),
    country=f"{_SELLER}/PostalTradeAddress/CountryID",
    customer_tax_id=(f"{_BUYER}/SpecifiedTaxRegistration/ID[VA]", f"{_BUYER}/SpecifiedTaxRegistration/ID"),
    rates=f"{_SETTLED}/ApplicableTradeTax/RateApplicablePercent|ApplicablePercent",
    payable=f"{_SUMS}/DuePayableAmount",
    lines=f"{_TRADE}/IncludedSupplyChainTradeLineItem",
    item={
        "description": ("SpecifiedTradeProduct/Name",),
        "quantity": ("SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity",),
        "unit_price": (f"{_LINE_AGREED}/ChargeAmount",),
        "amount": (f"{_LINE_SETTLED}/{_LINE_SUMS}/LineTotalAmount",),
        "tax_rate": (f"{_LINE_SETTLED}/ApplicableTradeTax/RateApplicablePercent|ApplicablePercent",),
    },
    bundle=f"{_LINE_AGREED}/BasisQuantity",
)

_SUPPLIER = "AccountingSupplierParty/Party"
_CUSTOMER = "AccountingCustomerParty/Party"

UBL = Syntax(
    roots=frozenset({"Invoice", "CreditNote"}),
    fields={
        "vendor": (f"{_SUPPLIER}/PartyLegalEntity/RegistrationName", f"{_SUPPLIER}/PartyName/Name"),
        "vendor_tax_id": (f"{_SUPPLIER}/PartyTaxScheme/CompanyID", f"{_SUPPLIER}/PartyLegalEntity/CompanyID"),
        "invoice_number": ("ID",),
        "date": ("IssueDate",),
        "due_date": ("DueDate", "PaymentMeans/PaymentDueDate"),
        "currency": ("DocumentCurrencyCode",),
        "subtotal": ("LegalMonetaryTotal/TaxExclusiveAmount", "LegalMonetaryTotal/LineExtensionAmount"),
        "tax": ("TaxTotal/TaxAmount",),
        "total": ("LegalMonetaryTotal/TaxInclusiveAmount", "LegalMonetaryTotal/PayableAmount"),
        "iban": ("PaymentMeans/PayeeFinancialAccount/ID",),
    },
    address=tuple(
        f"{_SUPPLIER}/PostalAddress/{part}"
        for part in ("StreetName", "AdditionalStreetName", "PostalZone", "CityName", "Country/IdentificationCode")
    ),
    country=f"{_SUPPLIER}/PostalAddress/Country/IdentificationCode",
    customer_tax_id=(f"{_CUSTOMER}/PartyTaxScheme/CompanyID",),
    rates="TaxTotal/TaxSubtotal/TaxCategory/Percent",
    payable="LegalMonetaryTotal/PayableAmount",
    lines="InvoiceLine|CreditNoteLine",
    item={
        "description": ("Item/Name", "Item/Description"),
        "quantity": ("InvoicedQuantity|CreditedQuantity",),
        "unit_price": ("Price/PriceAmount",),
        "amount": ("LineExtensionAmount",),
        "tax_rate": ("Item/ClassifiedTaxCategory/Percent",),
    },
    bundle="Price/BaseQuantity",
)

SYNTAXES = (CII, UBL)
