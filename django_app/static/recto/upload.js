/** Uploads by dialog or drop: a row and a bar for each file, two at a time, and why one is refused in words. */
import { keepFocus } from './focus.js';
import { outage, reportDown } from './health.js';
import { sent } from './sending.js';
import { announce, explain, say } from './words.js';

const AT_ONCE = 2;

export class Uploads extends EventTarget {
  #queue = [];
  #running = 0;

  /** @param parts {input, zone: where files are dropped, list, row: HTMLTemplateElement, url} */
  constructor({ input, zone, list, row, url }) {
    super();
    Object.assign(this, { input, list, row, url });
    const take = () => {
      this.add(input.files);
      input.value = '';
    };
    input.addEventListener('change', take);
    take(); // somebody may have been quicker than this script
    for (const type of ['dragenter', 'dragover']) zone.addEventListener(type, (event) => this.#over(event, zone));
    for (const type of ['dragleave', 'drop']) zone.addEventListener(type, () => zone.classList.remove('drop-here'));
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }

  get busy() {
    return this.#running + this.#queue.length > 0;
  }

  /** Resolves when nothing is waiting or running any more. */
  settled() {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.addEventListener('idle', resolve, { once: true }));
  }

  add(files) {
    for (const file of files) {
      const item = this.row.content.firstElementChild.cloneNode(true);
      item.querySelector('.upload-name').textContent = file.name;
      this.list.append(item);
      this.#enqueue(file, item);
    }
  }

  #over(event, zone) {
    if (![...event.dataTransfer.types].includes('Files')) return;
    event.preventDefault();
    zone.classList.add('drop-here');
  }

  #enqueue(file, item) {
    this.#state(item, 'waiting', say('upload.waiting'));
    const entry = { file, item };
    bind(item, '.upload-cancel', () => this.#cancel(entry));
    bind(item, '.upload-retry', () => this.#enqueue(file, item));
    this.#queue.push(entry);
    this.#next();
  }

  #next() {
    while (this.#running < AT_ONCE && this.#queue.length) {
      this.#running += 1;
      this.#send(this.#queue.shift()).finally(() => {
        this.#running -= 1;
        this.#next();
        if (!this.busy) this.dispatchEvent(new CustomEvent('idle'));
      });
    }
  }

  #cancel(entry) {
    entry.request?.abort();
    this.#queue = this.#queue.filter((other) => other !== entry);
    const near = entry.item.nextElementSibling ?? entry.item.previousElementSibling;
    keepFocus(entry.item, () => entry.item.remove(), near?.querySelector('.upload-cancel'), this.input);
    if (!this.busy) this.dispatchEvent(new CustomEvent('idle'));
  }

  async #send(entry) {
    const { file, item } = entry;
    this.#state(item, 'running', say('upload.sending'));
    try {
      const answer = await this.#post(entry);
      keepFocus(item, () => item.remove(), this.input);
      if (answer.pages) {
        announce(say('upload.done', { name: file.name }));
        this.dispatchEvent(new CustomEvent('pages', { detail: answer.pages }));
      } else this.dispatchEvent(new CustomEvent('job', { detail: answer }));
    } catch (error) {
      if (error.name === 'AbortError') return;
      if (outage(error)) reportDown(outage(error));
      this.#state(item, 'refused', explain(error));
      announce(`${file.name}: ${explain(error)}`);
    }
  }

  #post(entry) {
    const bar = entry.item.querySelector('progress');
    const data = new FormData();
    data.append('file', entry.file, entry.file.name);
    const request = new XMLHttpRequest();
    entry.request = request;
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) bar.value = (loaded / total) * 100;
    };
    request.upload.onload = () => {
      bar.removeAttribute('value');
      entry.item.querySelector('.upload-note').textContent = say('upload.checking');
    };
    return sent(request, this.url, data, { tooLarge: 'image_too_large' });
  }

  #state(item, state, note) {
    item.dataset.state = state;
    item.querySelector('.upload-note').textContent = note;
    const bar = item.querySelector('progress');
    bar.hidden = state === 'refused';
    bar.value = 0;
    const retry = item.querySelector('.upload-retry');
    keepFocus(retry, () => (retry.hidden = state !== 'refused'), item.querySelector('.upload-cancel'));
  }
}

function bind(item, selector, action) {
  item.querySelector(selector).onclick = action;
}
