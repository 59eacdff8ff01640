"""What stands on the drawn invoices and receipts: made-up sellers, buyers and goods in five languages."""

from dataclasses import dataclass

Words = tuple[str, ...]


@dataclass(frozen=True)
class Tongue:
    """One language of invoices: its words, and how it writes numbers and dates.

    `dates`: strftime, %B in `months`; `since`: what stands before a date in the title.
    """

    country: str
    language: str
    currency: str
    sign: str
    mark: str
    group: str
    dates: Words
    months: Words
    rates: tuple[int, ...]
    titles: Words
    number: Words
    since: str
    date: Words
    due: Words
    other_date: Words
    customer_number: Words
    bill_to: Words
    columns: tuple[Words, Words, Words, Words]
    subtotal: Words
    tax: Words
    total: Words
    cash: Words
    change: Words
    rounding: Words
    tax_id: Words
    names: Words
    forms: Words
    streets: Words
    cities: Words
    telephone: Words
    goods: Words
    thanks: Words


ENGLISH = Tongue(
    country="GB",
    language="eng",
    currency="GBP",
    sign="£",
    mark=".",
    group=",",
    dates=("%d/%m/%Y", "%d %B %Y", "%Y-%m-%d", "%d.%m.%Y"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    rates=(20, 5),
    titles=("Invoice", "INVOICE", "Tax Invoice", "Sales Invoice"),
    number=("Invoice No.", "Invoice Number:", "Invoice #", "Inv. No:"),
    since="of",
    date=("Date:", "Invoice Date", "Date of issue:", "Issued"),
    due=("Due Date", "Payment due:", "Pay by"),
    other_date=("Delivery date:", "Order date", "Period from"),
    customer_number=("Customer No.", "Account number:", "Order No."),
    bill_to=("Bill to", "Invoice to:", "Sold to", ""),
    columns=(("Description", "Item"), ("Qty", "Quantity"), ("Unit price", "Price", "Rate"), ("Amount", "Total")),
    subtotal=("Subtotal", "Sub-total", "Net amount", "Total excl. VAT"),
    tax=("VAT {rate}%", "VAT @ {rate}%", "Tax ({rate}%)"),
    total=("Total", "Total due", "Amount due", "Grand total", "Total incl. VAT"),
    cash=("Cash", "Cash tendered"),
    change=("Change", "Change due"),
    rounding=("Rounding",),
    tax_id=("VAT No. GB{nine}", "VAT Reg. No: GB {nine}"),
    names=(
        "Quill & Vellum",
        "Northgate Bindery",
        "Blue Heron Paper",
        "Ashdown Prints",
        "The Ink Well",
        "Mill Lane Books",
    ),
    forms=("Ltd", "Limited", "LLP", "plc", ""),
    streets=("{n} Mill Lane", "{n} Harbour Street", "Unit {n}, Canal Road", "{n}a Church Walk"),
    cities=("Bath BA1 4QT", "York YO1 7HU", "Leeds LS2 9AB", "Bristol BS1 6TP"),
    telephone=("Tel: 01225 5550{nn}", "Phone +44 20 7946 0{nnn}"),
    goods=(
        "Steel ruler 30 cm",
        "Bottle of black ink",
        "Vellum, A4 sheet",
        "Goose quill",
        "Bone folder",
        "Linen thread",
        "Book cloth, 1 m",
        "Restoration, per hour",
        "Gold leaf, 25 leaves",
        "Wax seal, red",
    ),
    thanks=("Thank you for your business", "Payment within 30 days, please"),
)

MALAY = Tongue(
    country="MY",
    language="msa",
    currency="MYR",
    sign="RM",
    mark=".",
    group=",",
    dates=("%d/%m/%Y", "%d-%m-%y", "%d %B %Y"),
    months=(
        "Januari",
        "Februari",
        "Mac",
        "April",
        "Mei",
        "Jun",
        "Julai",
        "Ogos",
        "September",
        "Oktober",
        "November",
        "Disember",
    ),
    rates=(6, 8),
    titles=("INVOIS", "INVOIS CUKAI", "Resit Rasmi", "TAX INVOICE"),
    number=("No. Invois :", "No Invois", "Invois No:", "No. Resit:"),
    since="bertarikh",
    date=("Tarikh :", "Tarikh", "Tarikh Invois"),
    due=("Tarikh Akhir Bayaran", "Bayar sebelum"),
    other_date=("Tarikh Penghantaran", "Tarikh Luput"),
    customer_number=("No. Akaun :", "No Pelanggan", "No. Pesanan"),
    bill_to=("Kepada", "Pelanggan :", "Bil kepada"),
    columns=(("Keterangan", "Perkara"), ("Kuantiti", "Bil"), ("Harga Seunit", "Harga"), ("Jumlah", "Amaun (RM)")),
    subtotal=("Jumlah Kecil", "Subjumlah", "Sub Total"),
    tax=("Cukai SST {rate}%", "SST ({rate}%)", "Cukai Perkhidmatan {rate}%"),
    total=("Jumlah Besar", "Jumlah Keseluruhan", "Jumlah Perlu Dibayar", "JUMLAH"),
    cash=("Tunai", "Bayaran Tunai"),
    change=("Baki",),
    rounding=("Penggenapan", "Pelarasan Penggenapan"),
    tax_id=("No. SST : W10-1808-3200{nnnn}", "GST ID : 000{nine}"),
    names=("Kedai Buku Seri Pena", "Perniagaan Dakwat Jaya", "Percetakan Kertas Biru", "Kedai Alat Tulis Mawar"),
    forms=("Sdn. Bhd.", "SDN BHD", "Enterprise", ""),
    streets=("No. {n}, Jalan Pena 3/{n}", "Lot {n}, Jalan Dakwat", "{n}, Jalan Kertas, Taman Melati"),
    cities=("43000 Kajang, Selangor", "81100 Johor Bahru, Johor", "50480 Kuala Lumpur", "10200 Pulau Pinang"),
    telephone=("Tel : 03-8733 {nnnn}", "No. Tel: 07-355 {nnnn}"),
    goods=(
        "Pembaris keluli",
        "Dakwat hitam 50ml",
        "Kertas A4 70gm",
        "Pensel 2B",
        "Buku nota",
        "Sampul surat",
        "Gam 100ml",
        "Pemadam",
        "Fail plastik",
        "Kad ucapan",
    ),
    thanks=("Terima kasih, sila datang lagi", "Barang yang dijual tidak boleh dikembalikan"),
)

GERMAN = Tongue(
    country="DE",
    language="deu",
    currency="EUR",
    sign="€",
    mark=",",
    group=".",
    dates=("%d.%m.%Y", "%d. %B %Y", "%d.%m.%y"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    rates=(19, 7),
    titles=("Rechnung", "RECHNUNG", "Handelsrechnung"),
    number=("Rechnungsnummer:", "Rechnungs-Nr.", "Rechnung Nr.", "Beleg-Nr."),
    since="vom",
    date=("Rechnungsdatum:", "Datum:", "Datum", "Belegdatum"),
    due=("Fällig am", "Zahlbar bis", "Bitte überweisen Sie bis zum"),
    other_date=("Lieferdatum:", "Leistungsdatum", "Bestellung vom", "Liefer- und Leistungsdatum:"),
    customer_number=("Kundennummer:", "Kunden-Nr.", "Bestellnummer"),
    bill_to=("", "", "Rechnungsempfänger", "Herrn"),
    columns=(
        ("Bezeichnung", "Beschreibung", "Artikel"),
        ("Menge", "Anzahl"),
        ("Einzelpreis", "Preis"),
        ("Gesamt", "Betrag"),
    ),
    subtotal=("Nettobetrag", "Summe netto", "Zwischensumme", "Rechnungssumme ohne USt."),
    tax=("zzgl. {rate} % MwSt.", "Umsatzsteuer {rate}%", "MwSt. {rate}%", "USt {rate} %"),
    total=("Gesamtbetrag", "Rechnungsbetrag", "Summe inkl. USt", "Bruttosumme", "Zu zahlender Betrag"),
    cash=("Bar", "Gegeben bar"),
    change=("Rückgeld", "Zurück"),
    rounding=("Rundung",),
    tax_id=("USt-IdNr. DE{nine}", "USt-ID: DE{nine}", "USt.-Id.-Nr.: DE{nine}"),
    names=(
        "Buchbinderei Sommer",
        "Papierhaus Lindner",
        "Tintenwerk Nord",
        "Druckerei Falk & Sohn",
        "Antiquariat Reiher",
    ),
    forms=("GmbH", "e.K.", "GmbH & Co. KG", "AG", ""),
    streets=("Mühlenstraße {n}", "Am Markt {n}", "Hafenstr. {n}", "Lindenallee {n}"),
    cities=("04109 Leipzig", "D-23552 Lübeck", "80331 München", "10115 Berlin"),
    telephone=("Tel. 0341 / 5550 {nnn}", "Telefon: +49 451 555 {nnnn}"),
    goods=(
        "Stahllineal 30 cm",
        "Tinte schwarz, 50 ml",
        "Pergament A4",
        "Gänsekiel",
        "Falzbein",
        "Leinenzwirn",
        "Buchleinen, 1 m",
        "Restaurierung je Stunde",
        "Blattgold, 25 Blatt",
        "Siegellack rot",
    ),
    thanks=("Vielen Dank für Ihren Auftrag", "Zahlbar ohne Abzug"),
)

FRENCH = Tongue(
    country="FR",
    language="fra",
    currency="EUR",
    sign="€",
    mark=",",
    group=" ",
    dates=("%d/%m/%Y", "%d %B %Y", "%d/%m/%y"),
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    rates=(20, 10),
    titles=("Facture", "FACTURE", "Facture"),
    number=("Facture n°", "N° de facture :", "Numéro de facture", "Facture N° :"),
    since="du",
    date=("Date :", "Date de facture", "Date d'émission :", "Le"),
    due=("Date d'échéance", "Échéance :", "À régler avant le"),
    other_date=("Date de livraison :", "Date de commande", "Livraison"),
    customer_number=("N° client :", "Référence client", "Commande n°"),
    bill_to=("", "Adresse de facturation", "Client :"),
    columns=(
        ("Désignation", "Description"),
        ("Quantité", "Qté"),
        ("Prix unitaire", "P.U. HT"),
        ("Montant", "Total HT"),
    ),
    subtotal=("Total HT", "Montant HT", "Sous-total"),
    tax=("TVA {rate} %", "TVA ({rate}%)", "Total TVA {rate}%"),
    total=("Total TTC", "Net à payer", "Montant total TTC", "Total à payer"),
    cash=("Espèces",),
    change=("Rendu", "À rendre"),
    rounding=("Arrondi",),
    tax_id=("N° TVA : FR12{nine}", "TVA intracommunautaire FR 12 {nine}"),
    names=(
        "Reliure du Moulin",
        "Papeterie Héron Bleu",
        "Encres et Plumes",
        "Imprimerie des Tilleuls",
        "Librairie Mercier",
    ),
    forms=("SARL", "SAS", "EURL", ""),
    streets=("{n} rue du Moulin", "{n}, avenue des Tilleuls", "{n} bis rue de la Plume", "{n} chemin des Vignes"),
    cities=("69001 Lyon", "84340 Malaucène", "33000 Bordeaux", "75011 Paris"),
    telephone=("Tél. 04 72 55 {nn} {nn}", "Tél : +33 5 56 55 {nn} {nn}"),
    goods=(
        "Règle en acier 30 cm",
        "Encre noire 50 ml",
        "Vélin A4",
        "Plume d'oie",
        "Plioir en os",
        "Fil de lin",
        "Toile, 1 m",
        "Restauration, l'heure",
        "Feuilles d'or, 25",
        "Cire rouge",
    ),
    thanks=("Merci de votre confiance", "Paiement à réception"),
)

HEBREW = Tongue(
    country="IL",
    language="heb",
    currency="ILS",
    sign="₪",
    mark=".",
    group=",",
    dates=("%d/%m/%Y", "%d.%m.%Y", "%d ב%B %Y"),
    months=("ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר"),
    rates=(17, 18),
    titles=("חשבונית מס", "חשבונית מס קבלה", "חשבונית"),
    number=("חשבונית מספר", "מספר חשבונית:", "חשבונית מס מספר:"),
    since="",
    date=("תאריך:", "תאריך", "תאריך הפקה:"),
    due=("לתשלום עד", "תאריך פירעון:"),
    other_date=("תאריך אספקה:", "תאריך הזמנה"),
    customer_number=("מספר לקוח:", "מספר הזמנה"),
    bill_to=("לכבוד", "לכבוד:"),
    columns=(("תיאור", "פריט"), ("כמות",), ("מחיר יחידה", "מחיר"), ("סכום", 'סה"כ')),
    subtotal=("סכום ביניים", 'סה"כ לפני מע"מ'),
    tax=('מע"מ {rate}%',),
    total=('סה"כ לתשלום', 'סה"כ כולל מע"מ', "סך הכל לתשלום"),
    cash=("מזומן",),
    change=("עודף",),
    rounding=("עיגול",),
    tax_id=("ח.פ. 51{seven}", "עוסק מורשה {nine}"),
    names=("דיו וקלף", "בית הדפוס הצפוני", "ספרי המעיין", "כריכיית הגליל", "נייר ועט"),
    forms=('בע"מ', "", "ושות' בע\"מ"),
    streets=("רחוב הטחנה {n}", "שדרות האלון {n}", "דרך הים {n}"),
    cities=("תל אביב 6100{nnn}", "ירושלים 9101{nnn}", "חיפה 3303{nnn}"),
    telephone=("טלפון: 03-555{nnnn}", "טל' 04-855{nnnn}"),
    goods=(
        "סרגל פלדה",
        "דיו שחור",
        "קלף מעובד",
        "נוצת אווז",
        "חוט פשתן",
        "בד כריכה",
        "שעת שיקום",
        "עלי זהב",
        "שעווה אדומה",
    ),
    thanks=("תודה ולהתראות",),
)

TONGUES = (ENGLISH, MALAY, GERMAN, FRENCH, HEBREW)
