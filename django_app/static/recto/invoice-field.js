/** One field of an invoice: its input, how sure its reading is, what is wrong with it. */
import { LOST, SURE } from './confidence.js';
import { keepFocus } from './focus.js';
import { say } from './words.js';

export class InvoiceField {
  #saved = ''; // what the server has
  #known = null; // the value as the server tells it; null: the invoice has none
  #read = ''; // what the machine read
  #isLooked = false; // somebody said that it is right
  #refused = ''; // why the server does not take what is typed
  #issues = []; // what it says of what it has
  raw = ''; // words of the page that were put here

  /** @param {HTMLElement} element .invoice-field with its input and notes */
  constructor(element, path) {
    this.element = element;
    this.path = path;
    this.kind = element.dataset.kind;
    this.input = element.querySelector('input, textarea');
    this.notes = element.querySelector('.field-notes');
    this.sure = element.querySelector('.field-sure');
    this.undo = element.querySelector('.field-undo');
    element.dataset.path = path;
  }

  get value() {
    return this.input.value.trim();
  }
  get known() {
    return this.#known;
  }
  get read() {
    return this.#read;
  }
  get isDirty() {
    return this.value !== this.#saved;
  }
  get isEditable() {
    return !this.input.readOnly;
  }
  get isChanged() {
    return this.#saved !== this.#read;
  }
  /** Whether somebody should look at it. */
  get isDoubtful() {
    return Boolean(this.element.dataset.worst) || (Boolean(this.element.dataset.sure) && !this.#isLooked);
  }

  /** Shows what the server has; what is being typed, still on its way (`isKept`) or refused is left alone. */
  show(known, read, { isKept, isEditable }) {
    const leave = isKept || Boolean(this.#refused) || (this.isDirty && document.activeElement === this.input);
    this.#known = known ?? null;
    this.#read = read ?? '';
    this.#saved = known?.value ?? '';
    if (!leave) this.input.value = this.#saved;
    if (!this.isDirty) this.#refused = '';
    this.input.readOnly = !isEditable;
    this.#paint();
  }

  /** Something was typed, or taken back. */
  type(value) {
    this.#refused = '';
    this.input.value = value;
    this.#paint();
    this.#note();
  }

  /** What is typed stays, with the reason, until something else is typed. */
  refuse(why) {
    this.#refused = why;
    this.#note();
  }

  /** What is typed is what the server will have. */
  looked() {
    this.#isLooked = true;
    this.#paint();
  }

  /** @param issues [{severity, message}] of this field, as the server has it */
  tell(issues) {
    this.#issues = issues;
    this.#note();
  }

  #note() {
    const issues = this.#refused ? [{ severity: 'error', message: this.#refused }] : this.#issues;
    const worst = ['error', 'warning'].find((severity) => issues.some((issue) => issue.severity === severity));
    if (worst) this.element.dataset.worst = worst;
    else delete this.element.dataset.worst;
    this.notes.replaceChildren(...issues.map(note));
    this.#say();
  }

  #paint() {
    const { corrected, confidence } = this.#known ?? {};
    const isChanged = corrected && this.isChanged;
    const how =
      isChanged || this.isDirty || confidence == null || confidence >= SURE || this.#isLooked ? '' : level(confidence);
    if (how) this.element.dataset.sure = how;
    else delete this.element.dataset.sure;
    this.element.toggleAttribute('data-corrected', Boolean(this.isChanged));
    this.element.toggleAttribute('data-dirty', this.isDirty);
    if (this.sure) this.sure.textContent = how ? say('read.confidence', { percent: Math.round(confidence * 100) }) : '';
    if (this.sure && this.isChanged && !how) this.sure.textContent = say('field.corrected');
    if (this.undo) keepFocus(this.undo, () => (this.undo.hidden = !this.isChanged || !this.isEditable), this.input);
    this.input.title = this.isChanged && this.#read ? say('field.read', { value: this.#read }) : '';
    this.#say();
  }

  #say() {
    if (this.element.dataset.worst === 'error') this.input.setAttribute('aria-invalid', 'true');
    else this.input.removeAttribute('aria-invalid');
  }
}

const level = (confidence) => (confidence < LOST ? 'lost' : 'low');

function note({ severity, message }) {
  const line = Object.assign(document.createElement('li'), { className: `note note-${severity}`, dir: 'auto' });
  line.textContent = message;
  return line;
}
