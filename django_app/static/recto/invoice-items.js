/** The lines of an invoice as a table of inputs: shown, added, removed and brought back. */
import { InvoiceField } from './invoice-field.js';
import { keepFocus } from './focus.js';

const NAME = 'line_items';

export class InvoiceItems extends EventTarget {
  #rows = new Map(); // index in the reading → {element, fields, isNew}
  #next = 0;
  #removed = null; // {path: value} of the line that was removed last

  /** @param parts {section, row: HTMLTemplateElement} */
  constructor({ section, row }) {
    super();
    Object.assign(this, { row });
    const part = (name) => section.querySelector(name);
    [this.table, this.none, this.adder, this.back] = ['#items', '#items-none', '#item-add', '#item-back'].map(part);
    this.body = this.table.querySelector('tbody');
    this.adder?.addEventListener('click', () => this.#add());
    this.back?.addEventListener('click', () => this.#bringBack());
  }

  get fields() {
    return [...this.#rows.entries()].sort(([a], [b]) => a - b).flatMap(([, { fields }]) => fields);
  }

  /** @param show (field, value) → nothing; how a field shows what the server has */
  load(invoice, isEditable, show) {
    const given = new Map(invoice.values[NAME].map((row) => [row.index, row]));
    this.#next =
      1 +
      Math.max(
        -1,
        ...given.keys(),
        ...indices(Object.keys(invoice.read)),
        ...indices(invoice.history.map(({ field }) => field)),
        ...this.#rows.keys(),
      );
    for (const [index, row] of this.#rows) if (!given.has(index) && !row.isNew) this.#drop(index);
    for (const index of given.keys()) if (!this.#rows.has(index)) this.#make(index);
    for (const [index, row] of this.#rows) {
      if (given.has(index)) row.isNew = false;
      for (const field of row.fields) show(field, given.get(index)?.[field.element.dataset.name]);
      row.element.querySelector('.item-remove').hidden = !isEditable;
    }
    if (this.adder) this.adder.hidden = !isEditable;
    if (this.back) this.back.hidden = !isEditable || !this.#removed;
    this.#empty();
  }

  #make(index, isNew = false) {
    const element = this.row.content.firstElementChild.cloneNode(true);
    const fields = [...element.querySelectorAll('.invoice-field')].map(
      (each) => new InvoiceField(each, `${NAME}.${index}.${each.dataset.name}`),
    );
    element.querySelector('.item-remove').addEventListener('click', () => this.#remove(index));
    const later = [...this.#rows.keys()].sort((a, b) => a - b).find((other) => other > index);
    this.body.insertBefore(element, later === undefined ? null : this.#rows.get(later).element);
    this.#rows.set(index, { element, fields, isNew });
    this.dispatchEvent(new CustomEvent('row', { detail: fields }));
    return fields;
  }

  #add() {
    const fields = this.#make(this.#next++, true);
    for (const field of fields) field.show(null, '', { isKept: false, isEditable: true });
    this.#rows.get(indices([fields[0].path])[0]).element.querySelector('.item-remove').hidden = false;
    this.#empty();
    fields[0].input.focus();
  }

  #remove(index) {
    const { element, fields } = this.#rows.get(index);
    const values = fields.filter(({ value }) => value).map(({ path, value }) => [path, value]);
    this.#removed = values.length ? Object.fromEntries(values) : this.#removed;
    if (this.back) this.back.hidden = !this.#removed;
    const near = element.nextElementSibling ?? element.previousElementSibling;
    keepFocus(element, () => this.#drop(index), near?.querySelector('.item-remove'), this.adder);
    this.#empty();
    if (values.length) this.#put(Object.fromEntries(values.map(([path]) => [path, ''])));
  }

  #bringBack() {
    const values = this.#removed;
    this.#removed = null;
    keepFocus(this.back, () => (this.back.hidden = true), this.adder);
    this.#put(values);
  }

  #put(values) {
    this.dispatchEvent(new CustomEvent('put', { detail: values }));
  }

  #drop(index) {
    this.#rows.get(index).element.remove();
    this.#rows.delete(index);
  }

  #empty() {
    this.table.hidden = this.#rows.size === 0;
    this.none.hidden = this.#rows.size > 0;
  }
}

const indices = (paths) =>
  paths.filter((path) => path.startsWith(`${NAME}.`)).map((path) => Number(path.split('.')[1]));
