/** All fields of an invoice, those with names and those of its lines, in the order in which the reader walks them. */
import { InvoiceField } from './invoice-field.js';
import { say } from './words.js';

export class InvoiceFields {
  /** @param parts {section: of the named fields, items: InvoiceItems} */
  constructor({ section, items }) {
    this.named = [...section.querySelectorAll('.invoice-field')].map((each) => new InvoiceField(each, each.dataset.path));
    this.items = items;
  }

  get all() {
    return [...this.named, ...this.items.fields];
  }

  get byPath() {
    return new Map(this.all.map((field) => [field.path, field]));
  }

  /** What people call a field, of a line with its number. */
  label(path) {
    const [, number, name] = path.split('.');
    const element = this.byPath.get(path)?.element ?? document.querySelector(`[data-path="${path}"]`);
    if (!number) return element?.querySelector('label')?.textContent ?? path;
    const column = this.items.table.querySelector(`th.item-${name}`)?.textContent;
    return say('field.of_line', { n: Number(number) + 1, name: column ?? '' });
  }

  /** The next field to look at behind `from`, or before it (way -1); of all when there is no `from`. */
  doubtful(way, from) {
    const { all } = this;
    const at = from ? all.indexOf(from) : way > 0 ? -1 : all.length;
    const rest = way > 0 ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse();
    return rest.find(({ isDoubtful }) => isDoubtful);
  }

  /** The next field, or the one before. */
  near(from, way) {
    const { all } = this;
    return all[all.indexOf(from) + way];
  }
}
