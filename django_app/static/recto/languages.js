/** The check boxes of partials/languages.html. */
import { say } from './words.js';

const boxes = (within) => [...within.querySelectorAll('[name=language]')];

/** The languages that are checked: Tesseract's codes. */
export const chosenLanguages = (within) =>
  boxes(within)
    .filter(({ checked }) => checked)
    .map(({ value }) => value);

/** The form within is not sent without a language; its first box says why. */
export function requireLanguage(within) {
  const [first] = boxes(within);
  const check = () => first?.setCustomValidity(chosenLanguages(within).length ? '' : say('read.no_language'));
  within.addEventListener('change', check);
  check();
}
