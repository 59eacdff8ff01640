"""The words on the drawn pages, written for this project: line by line, Hebrew in logical order."""

ENGLISH = (
    "The recto and the verso",
    "A leaf of a book has two sides. The one that lies on the right",
    "when the book is open is the recto; turn it over, and the verso",
    "looks up at you. Scribes numbered leaves long before anyone",
    "thought of numbering pages, and so a manuscript of 40 leaves",
    "holds 80 pages, some of them left empty on purpose.",
    "",
    "Ink fades slowly. Iron turns brown, soot stays black, and red",
    "headings survive them both. What hurts a page most is water,",
    "then light, then the hands of those who love it. A photograph",
    "wears nothing out: it can be cleaned, straightened and read",
    "again and again while the leaf itself rests in the dark.",
    "",
    "Line 13 of this page was written in 1 minute with 2 pens.",
)

HEBREW = (
    "על הדף ועל הכתב",
    "כל דף בספר הוא עלה בעל שני צדדים, ימין ושמאל.",
    "הסופר שרטט שורות בחרט דק ואחר כך תלה את האותיות",
    "מתחת לקו, ולא מעליו. כך נהגו לכתוב בעברית דורות רבים.",
    "הדיו דהה עם השנים, אבל צורת האותיות נשארה ברורה.",
    "מי שקורא בכתב יד ישן לומד להכיר את ידו של הכותב:",
    "היכן מיהר, היכן נח, והיכן טבל שוב את הקולמוס.",
    "צילום טוב שומר על הדף, כי אין צורך לפתוח אותו שוב.",
)

RECEIPT = (
    "PARCHMENT AND PEN",
    "12 Quill Street, Inkwell",
    "Date: 14/03/2026  No. 4417",
    "",
    "2 bottles of ink        9.80",
    "1 steel ruler           6.25",
    "5 sheets of vellum     47.50",
    "1 box of goose quills  12.40",
    "",
    "Subtotal               75.95",
    "Tax 17 %               12.91",
    "Total                  88.86",
    "Paid in cash           90.00",
    "Change                  1.14",
    "",
    "Thank you, write again",
)

TRUTH = tuple(line for line in (*ENGLISH, *HEBREW) if line)
"""Every line of text on `sample_page()`, in reading order."""
