/** What is wrong with an invoice: at its fields where they have one, else above them, with what stands out. */
import { post, remove } from './api.js';
import { whileBusy } from './focus.js';
import { announce, say } from './words.js';

const ICONS = { error: 'bi-x-octagon', warning: 'bi-exclamation-triangle', info: 'bi-info-circle' };

export class Findings {
  /** @param parts {list, url: of dismissals, isEditable, here: this invoice's id, trouble} */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** @param fields InvoiceFields by path */
  show(invoice, fields) {
    const issues = [...invoice.issues];
    for (const [path, field] of fields) {
      const own = issues.filter((issue) => issue.field === path);
      for (const issue of own) issues.splice(issues.indexOf(issue), 1);
      field.tell(own);
    }
    const held = document.activeElement?.closest?.('[data-key]')?.dataset.key;
    this.list.replaceChildren(
      ...issues.map((issue) => this.#item(issue)),
      ...invoice.anomalies.map((anomaly) => this.#anomaly(anomaly)),
    );
    if (held) this.list.querySelector(`[data-key="${CSS.escape(held)}"] button`)?.focus();
  }

  #item({ severity, message }) {
    const item = Object.assign(document.createElement('li'), { className: `anomaly anomaly-${severity}` });
    const icon = Object.assign(document.createElement('i'), { className: `bi ${ICONS[severity]}` });
    icon.setAttribute('aria-hidden', 'true');
    const words = Object.assign(document.createElement('div'), { className: 'anomaly-main', dir: 'auto' });
    words.append(Object.assign(document.createElement('p'), { className: 'anomaly-words', textContent: message }));
    item.append(icon, words);
    return item;
  }

  #anomaly(anomaly) {
    const item = this.#item(anomaly);
    item.dataset.key = anomaly.key;
    item.toggleAttribute('data-dismissed', anomaly.dismissed);
    const others = anomaly.invoices.filter(({ id }) => id !== this.here).slice(0, 6);
    if (others.length) item.querySelector('.anomaly-main').append(this.#links(others));
    if (this.isEditable) item.append(this.#judge(anomaly));
    return item;
  }

  #links(others) {
    const facts = Object.assign(document.createElement('p'), { className: 'anomaly-facts' });
    for (const { id, name } of others)
      facts.append(
        Object.assign(document.createElement('a'), { href: `../${id}/`, textContent: name, dir: 'auto' }),
        ' ',
      );
    return facts;
  }

  #judge(anomaly) {
    const words = say(anomaly.dismissed ? 'anomaly.undo' : 'anomaly.not');
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words });
    button.className = 'btn btn-line btn-sm';
    button.addEventListener('click', () => whileBusy(button, () => this.#turn(anomaly)).catch(this.trouble));
    return button;
  }

  async #turn(anomaly) {
    if (anomaly.dismissed) await remove(`${this.url}?key=${encodeURIComponent(anomaly.key)}`);
    else await post(this.url, { key: anomaly.key });
    anomaly.dismissed = !anomaly.dismissed;
    const item = this.list.querySelector(`[data-key="${CSS.escape(anomaly.key)}"]`);
    const isHeld = item?.contains(document.activeElement) || document.activeElement === document.body;
    const again = this.#anomaly(anomaly);
    item?.replaceWith(again);
    if (isHeld) again.querySelector('button')?.focus();
    announce(say(anomaly.dismissed ? 'anomaly.dismiss' : 'anomaly.restore'));
  }
}
