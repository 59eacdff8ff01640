/** The languages that are checked in a form: Tesseract's codes. */
export const chosenLanguages = (form) =>
  [...form.querySelectorAll('[name=language]:checked')].map(({ value }) => value);
