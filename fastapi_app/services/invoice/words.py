"""The words that invoices and receipts are labelled with: English, Malay, German, French, Hebrew, some Dutch.

One kind a line of phrases, folded: lower case, no accents, no points; a phrase matches whatever stands between its
words but letters and digits. Where phrases overlap, the longest counts.
"""

AMOUNTS = {
    "total": (
        "total; totals; grand total; total amount; amount due; total due; balance due; amount payable; total "
        "payable; nett total; net total; net amount payable; total sales; total amt; total price; invoice "
        "total; invoice amount; bill total; amt due; to pay; jumlah; jumlah besar; jumlah keseluruhan; amaun; "
        "jumlah bayaran; jumlah perlu dibayar; gesamt; gesamtbetrag; gesamtsumme; summe; endsumme; endbetrag; "
        "rechnungsbetrag; rechnungssumme; zahlbetrag; zu zahlen; zu zahlender betrag; bruttosumme; "
        "bruttobetrag; brutto; gesamtbeitrag; total betrag; rechnungsendbetrag; zahlungsbetrag; montant "
        "total; montant a payer; total a payer; net a payer; solde a payer; total general; totaal; te "
        "betalen; totaalbedrag; סהכ; סה כ; סך הכל; סהכ לתשלום; סה כ לתשלום; לתשלום; סך לתשלום; יתרה לתשלום"
    ),
    "subtotal": (
        "subtotal; sub total; net amount; net total; net total amount; amount before tax; total before tax; "
        "taxable amount; subjumlah; jumlah kecil; nettobetrag; netto; nettosumme; summe netto; zwischensumme; "
        "warenwert; positionssumme; nettowert; gesamt netto; sous total; montant ht; total ht; total hors "
        "taxe; total hors taxes; hors taxe; subtotaal; exclusief; grondslag; basisbetrag; סכום ביניים; לפני "
        "מעמ; לפני מע מ; סהכ לפני מעמ; סה כ לפני מע מ; חייב במעמ; חייב במע מ; total excl; total ex"
    ),
    "tax": (
        "tax; gst; sst; vat; sales tax; service tax; cukai; cukai jualan; cukai perkhidmatan; ust; mwst; "
        "mehrwertsteuer; umsatzsteuer; steuer; steuerbetrag; versicherungsteuer; versicherungssteuer; tva; "
        "taxe; taxes; montant tva; btw; btw bedrag; omzetbelasting; מעמ; מע מ; מס ערך מוסף; sst tax; cgst; "
        "sgst; igst; cst; govt tax; tax amount; ust betrag; iva"
    ),
    "inclusive": (
        "inclusive; incl; inc; including; with; inklusive; inkl; einschliesslich; toutes taxes comprises; "
        "ttc; termasuk; כולל; כולל מעמ; כולל מע מ; inclusief"
    ),
    "within": (
        "included; of which; enthalten; enthaltene; enthaltenen; darin; davon; comprises; comprise; inclus; dont"
    ),
    "exclusive": (
        "exclusive; excl; excluding; ex; exc; before; without; w o; ohne; exklusive; exkl; hors; ht; tidak "
        "termasuk; sebelum; לפני; ללא; לא כולל; exclusief; excl btw"
    ),
    "rounding": (
        "rounding; round; rounding adj; rounding adjustment; rnd; rnd adj; roundoff; round off; penggenapan; "
        "pelarasan; pelarasan penggenapan; rundung; rundungsdifferenz; arrondi; עיגול; עגול; afronding"
    ),
    "rounded": "rounded; after rounding",
    "cash": (
        "cash; tendered; tender; paid; payment; amount paid; cash received; received; pay; visa; mastercard; "
        "master card; credit card; debit card; card; bar; bezahlt; gezahlt; gegeben; gegeben bar; anzahlung; "
        "vorauszahlung; gezahlter betrag; espece; especes; carte bancaire; carte; regle; acompte; tunai; "
        "bayaran; bayar; diterima; מזומן; שולם; אשראי; התקבל; betaald; pin; t n g; e wallet"
    ),
    "change": "change; change due; baki; balance; ruckgeld; wechselgeld; zuruck; rendu; a rendre; עודף; wisselgeld",
    "discount": (
        "discount; disc; discounts; savings; saved; you saved; diskaun; potongan; rabatt; nachlass; skonto; "
        "abschlag; abschlage; remise; escompte; rabais; הנחה; korting; deduction"
    ),
    "charge": (
        "service charge; svc chg; service chg; delivery charge; delivery; shipping; surcharge; caj "
        "perkhidmatan; versand; versandkosten; zuschlag; zuschlage; fracht; frais de port; frais; דמי משלוח; "
        "משלוח; verzendkosten; svr chg; service"
    ),
    "quantity": (
        "qty; quantity; total qty; items; item; item count; no of items; total item; total items; pcs; total "
        "quantity; kuantiti; bilangan; menge; anzahl; quantite; qte; nombre; כמות; aantal; hoeveelheid; "
        "points; stuck; count; item s; qty s; artikel"
    ),
    "summary": (
        "gst summary; tax summary; sst summary; summary; gst analysis; tax code; gst code; tax analysis; "
        "ringkasan gst; ringkasan cukai"
    ),
    "deposit": (
        "deposit; outstanding; previous balance; ausstehende; ausstehende forderung; forderung; teilzahlung; "
        "voucher; points balance; limit; saldo"
    ),
}

DATES = {
    "date": (
        "date; invoice date; bill date; receipt date; date of invoice; date issued; issue date; issued; tax "
        "date; biz date; business date; bizdate; trans date; transaction date; doc date; document date; date "
        "time; printed; print date; dated; tarikh; tarikh invois; tarikh resit; tkh; datum; rechnungsdatum; "
        "belegdatum; beleg datum; ausstellungsdatum; vom; von; date de facture; date facture; date de la "
        "facture; date d emission; emise le; le; date du; du; facture du; factuurdatum; factuur datum; תאריך; "
        "תאריך חשבונית; תאריך הפקה; תאריך החשבונית; ליום"
    ),
    "due_date": (
        "due date; payment due; due; due by; pay by; payable by; payment due date; tarikh akhir; tarikh akhir "
        "bayaran; bayar sebelum; falligkeit; fallig; fallig am; falligkeitstag; falligkeitsdatum; zahlbar "
        "bis; zahlungsziel; zahlung bis; bis zum; zu zahlen bis; uberweisen sie bis zum; bitte uberweisen sie "
        "bis zum; date d echeance; echeance; date limite; a payer avant; a regler avant; payable avant; "
        "vervaldatum; uiterlijk; לתשלום עד; תאריך פירעון; תאריך פרעון; מועד תשלום; מועד אחרון לתשלום"
    ),
    "other_date": (
        "delivery date; order date; ship date; shipping date; valid until; valid; expiry; expiry date; exp; "
        "check in; check out; period; date of birth; po date; billing period; from; until; member since; best "
        "before; approved; approved on; rev; return; exchange; last; lieferdatum; liefer datum; "
        "leistungsdatum; leistungs datum; lieferscheindatum; lieferschein datum; liefer und leistungsdatum; "
        "liefer bzw leistungsdatum; leistungszeitraum; rechnungszeitraum; abrechnungszeitraum; zeitraum; "
        "auftragsdatum; auftrag datum; auftrag datum lief; bestelldatum; bestellung; vertragsdatum; vertrags "
        "datum; stand; gultig bis; lieferung; date de livraison; date de commande; livraison; commande; "
        "periode; orderdatum; leverdatum; tarikh penghantaran; tarikh luput; תאריך אספקה; תאריך הזמנה; בתוקף "
        "עד; תקופה; gemass; reise; abfahrt; ankunft"
    ),
}

NUMBERS = {
    "invoice_number": (
        "invoice no; inv no; invoice number; invoice num; invoice id; invoice; inv; tax invoice no; tax "
        "invoice; bill no; bill number; bill; bill id; receipt no; receipt number; receipt; rcpt no; rcpt; "
        "doc no; document no; document number; cash bill no; cash bill; cash sales no; cs no; slip no; check "
        "no; chk no; chk; order receipt no; trans no; trx no; trn no; transaction no; transaction number; "
        "tran no; trans; sales no; inv number; credit note; credit note no; booking id; ticket no; invois; no "
        "invois; no resit; nombor invois; resit no; no bil; bil no; rechnung; rechnungsnummer; rechnungsnr; "
        "rechnungs nr; rechnungs nummer; rechnung nr; rechnung nummer; rech nr; handelsrechnung; "
        "handelsrechnung nr; belegnummer; belegnr; beleg nr; bon nr; bonnr; quittung; quittungsnr; "
        "gutschrift; gutschrift nr; rechnungskorrektur; korrekturrechnung; beitragsrechnung; kostenrechnung; "
        "vertrag nr; versicherungsvertrag nr; sachversicherungsvertrag nr; facture; facture n; facture no; "
        "facture numero; numero de facture; no de facture; n de facture; n facture; avoir; avoir n; ticket n; "
        "recu; recu n; factuurnummer; factuur nr; factuur; factuur nummer; חשבונית; חשבונית מס; חשבונית מס "
        "קבלה; חשבונית מספר; מספר חשבונית; חשבונית מס מספר; מס חשבונית; קבלה; קבלה מס; קבלה מספר; מספר קבלה; "
        "מספר מסמך; חשבון מס; חשבונית עסקה"
    ),
    "other_number": (
        "customer no; customer id; customer; cust no; account no; account number; account; acc no; a c no; "
        "order no; order number; order id; order; po no; po; purchase order; delivery order; do no; d o no; "
        "table no; table; tel; tel no; phone; telephone; fax; fax no; hp; h p; mobile; contact; whatsapp; "
        "hotline; company reg no; co reg no; co reg; reg no; roc; roc no; company no; co no; brn; cashier; "
        "cashier no; counter; pos no; pos; terminal; terminal id; term; till; batch; batch no; approval code; "
        "appr code; card no; ref; ref no; reference; member no; member; member id; staff; operator; server; "
        "shift; station; salesperson; sales person; queue no; room no; room; pax; page; seite; postcode; "
        "serial no; merchant id; mid; tid; sn; kundennr; kundennummer; kunden nr; kunden nummer; kd nr; ihre "
        "nummer; bestellnummer; bestell nr; bestellnr; auftragsnummer; auftrags nr; auftragsnr; lieferschein; "
        "lieferscheinnr; lieferschein nr; vertrags nr; vertragsnummer; artikelnummer; art nr; telefon; "
        "telefax; fon; hrb; handelsregisternummer; amtsgericht; blz; konto; kto nr; kontonummer; gln; gtin; "
        "mandatsreferenz; lief nr; personalnr; kostenstelle; filiale; bic; swift; siret; siren; rcs; ape; "
        "client n; n client; numero client; commande n; n commande; bon de commande; telephone n; votre "
        "reference; reference client; ref marche; facture liee; klantnummer; ordernummer; kvk; no akaun; no "
        "pelanggan; no telefon; no pesanan; juruwang; לקוח; מספר לקוח; הזמנה; מספר הזמנה; טלפון; טל; פקס; "
        "נייד; עמוד; קופה; קופאי; נמספר הקצאה; מספר הקצאה; סניף; חשבון בנק; מס חשבון; item no; sku; pnr; cin; "
        "fsn; wid"
    ),
    "tax_id": (
        "gst id; gst id no; gst no; gst reg no; gst reg; gst registration no; gst registration number; gst; "
        "gst number; gstin; sst no; sst id; sst reg no; sst registration no; sst; service tax no; sales tax "
        "no; tax id; tax no; tax reg no; tax registration no; tin; vat no; vat number; vat reg no; vat "
        "registration no; vat id; vat; vat tin; ust id nr; ust idnr; ust id; ustid; ustidnr; ust; "
        "umsatzsteuer id; umsatzsteuer identifikationsnummer; uid; steuernummer; steuer nr; st nr; tva; n "
        "tva; tva intracommunautaire; numero de tva; no tva; id tva; n tva intracommunautaire; btw; btw "
        "nummer; btw nr; no gst; no pendaftaran gst; no sst; id gst; no cukai; ח פ; חפ; ע מ; עמ; עוסק מורשה; "
        "עוסק מורשה מס; מספר עוסק; תיק ניכויים; ח פ ע מ; מס עוסק; עוסק פטור"
    ),
    "customer": (
        "bill to; sold to; ship to; billing address; shipping address; customer; buyer; attn; attention; "
        "deliver to; invoice to; client; kaufer; kunde; kunden; rechnungsempfanger; warenempfanger; "
        "leistungsempfanger; lieferadresse; rechnungsadresse; adresse de livraison; adresse de facturation; n "
        "tva client; votre n tva; tva client; acheteur; kepada; pelanggan; dibil kepada; לכבוד; עבור; לקוח; "
        "factuuradres; afleveradres; klant; uw btw nummer; ihre ust id nr; ihre ust id; guest; guest name; "
        "bill to address"
    ),
    "seller": (
        "seller; vendor; supplier; sold by; from; verkaufer; lieferant; vendeur; fournisseur; penjual; ספק; "
        "מוכר; service provider; absender; kontoinhaber"
    ),
}

COLUMNS = {
    "description": (
        "description; item; items; item description; product; product title; article; particulars; details; "
        "service; desc; goods; keterangan; perkara; butiran; barang; beschreibung; bezeichnung; artikel; "
        "artikelbezeichnung; leistung; produkt; text; position; designation; libelle; produit; omschrijving; "
        "תיאור; פריט; פירוט; שם פריט; תאור; שם מוצר; מוצר; material beschreibung; descriptions"
    ),
    "quantity": (
        "qty; quantity; units; hours; kuantiti; bil; menge; anzahl; std; stuck; quantite; qte; כמות; aantal; "
        "hoeveelheid; כמ; kty"
    ),
    "unit_price": (
        "unit price; u price; u p; price; rate; unit cost; price unit; s price; harga; harga seunit; "
        "einzelpreis; preis; stuckpreis; nettopreis; einzel; e preis; vk preis; einzelpreis netto; prix "
        "unitaire; prix; p u; pu; pu ht; prix unitaire ht; prix u; prijs; prijs per stuk; מחיר; מחיר יחידה; "
        "מחיר ליחידה; מ יחידה; unit price rm; price rm; bruttopreis"
    ),
    "amount": (
        "amount; total; line total; amt; total price; nett amt; net amount; jumlah; amaun; jumlah rm; betrag; "
        "gesamt; gesamtpreis; summe; nettobetrag; gesamtbetrag; zeilenbetrag; positionsbetrag; nettowert; "
        "montant; montant ht; total ht; prix ht; bedrag; totaal; prijs incl btw; סכום; סהכ; סה כ; amount rm; "
        "total rm; amt rm"
    ),
    "tax_rate": (
        "tax; gst; sst; vat; tax rate; vat rate; cukai; ust; mwst; steuersatz; steuer; mwst satz; ust satz; "
        "tva; taux tva; taux; btw; מעמ; מע מ; tax code"
    ),
    "discount": "disc; discount; rabatt; remise; rem; korting; הנחה; diskaun",
    "position": (
        "pos; no; nr; position; ligne; bil; artikelnummer; art nr; artikelnr; code; item no; sku; מסד; מק ט; "
        "מקט; ref; reference; item code; kod"
    ),
}
