/**
 * Thousands of files: sent in requests of a size that the server takes, all to one task, with one bar for the whole.
 * A request whose answer is lost is sent again under the same key, so that no file is read twice.
 */
import { keepFocus } from './focus.js';
import { health, outage, reportDown } from './health.js';
import { sent } from './sending.js';
import { announce, explain, say } from './words.js';

const MOST_BYTES = 48 * 1024 ** 2; // of a request; the server takes 64 MiB with what stands around the files
const MOST_FILES = 200;
const LARGEST = 63 * 1024 ** 2;

/** Files in groups that fit into a request each. */
export function batches(files) {
  const groups = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.size > MOST_BYTES || groups.at(-1).length >= MOST_FILES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1).push(file);
    bytes += file.size;
  }
  return groups;
}

const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join('-');
const size = (files) => files.reduce((sum, file) => sum + file.size, 0);

export class InvoiceUpload extends EventTarget {
  #waiting = []; // {files, key}
  #request = null;
  #task = null;
  #sent = { files: 0, bytes: 0 };
  #all = { files: 0, bytes: 0 };

  /** @param parts {input, zone, panel, url, languages: () => string[]} */
  constructor(parts) {
    super();
    Object.assign(this, parts);
    const part = (name) => this.panel.querySelector(name);
    this.bar = part('progress');
    this.words = part('#sending-words');
    this.reasons = part('#sending-reasons');
    [this.retry, this.cancel, this.close] = ['#sending-retry', '#sending-cancel', '#sending-close'].map(part);
    this.retry.addEventListener('click', () => this.#go());
    this.cancel.addEventListener('click', () => this.#stop());
    this.close.addEventListener('click', () => keepFocus(this.panel, () => (this.panel.hidden = true), this.input));
    this.#bindFiles();
  }

  get busy() {
    return this.#waiting.length > 0;
  }

  add(files) {
    const small = [...files].filter((file) => file.size <= LARGEST || this.#refuse(file));
    if (!small.length) return;
    if (!this.busy) this.#begin();
    this.#all.files += small.length;
    this.#all.bytes += size(small);
    this.#waiting.push(...batches(small).map((group) => ({ files: group, key: key() })));
    this.#go();
  }

  /** What was sent has been read: the panel goes, unless it has something to say. */
  read() {
    if (this.panel.dataset.state === 'over' && !this.reasons.children.length) this.close.click();
  }

  #bindFiles() {
    const take = () => {
      this.add(this.input.files);
      this.input.value = '';
    };
    this.input.addEventListener('change', take);
    if (this.input.files.length) take(); // somebody may have been quicker than this script
    const over = (event) => {
      if (![...event.dataTransfer.types].includes('Files')) return;
      event.preventDefault();
      this.zone.classList.add('drop-here');
    };
    for (const type of ['dragenter', 'dragover']) this.zone.addEventListener(type, over);
    for (const type of ['dragleave', 'drop'])
      this.zone.addEventListener(type, () => this.zone.classList.remove('drop-here'));
    this.zone.addEventListener('drop', (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }

  #begin() {
    this.#task = null;
    this.#sent = { files: 0, bytes: 0 };
    this.#all = { files: 0, bytes: 0 };
    this.reasons.replaceChildren();
  }

  #refuse(file) {
    const why = say('error.too_many_bytes');
    const line = Object.assign(document.createElement('li'), {
      textContent: say('job.file', { name: file.name, why }),
    });
    this.reasons.append(line);
    this.panel.hidden = false;
    this.#show(say('sending.refused'), 'over');
  }

  /** One request after the other; the first answer names the task for the rest. */
  async #go() {
    if (this.#request) return;
    this.panel.hidden = false;
    try {
      while (this.#waiting.length) await this.#next(this.#waiting[0]);
      this.#show(say('sending.done', this.#sent), 'over');
    } catch (error) {
      this.#request = null;
      if (error.name === 'AbortError') return;
      this.#show(explain(error), 'failed');
      if (!outage(error)) return;
      reportDown(outage(error));
      health.addEventListener('recovered', () => this.busy && this.#go(), { once: true });
    }
  }

  async #next(batch) {
    this.#progress(0);
    const answer = await this.#post(batch);
    this.#request = null;
    this.#waiting.shift();
    this.#sent.files += batch.files.length;
    this.#sent.bytes += size(batch.files);
    if (!this.#task) this.dispatchEvent(new CustomEvent('task', { detail: answer.task_id }));
    this.#task = answer.task_id;
  }

  /** What has arrived goes on and is read; the rest stays here. */
  #stop() {
    this.#waiting = [];
    this.#request?.abort();
    this.#request = null;
    this.#show(say('sending.cancelled', { ...this.#sent, all: this.#all.files }), 'over');
  }

  #post({ files, key: name }) {
    const data = new FormData();
    for (const file of files) data.append('files', file, file.name);
    for (const language of this.languages()) data.append('languages', language);
    if (this.#task) data.append('task_id', this.#task);
    const request = new XMLHttpRequest();
    this.#request = request;
    request.upload.onprogress = ({ loaded }) => this.#progress(loaded);
    return sent(request, this.url, data, { headers: { 'Idempotency-Key': name } });
  }

  #progress(loaded) {
    const share = (this.#sent.bytes + loaded) / Math.max(this.#all.bytes, 1);
    this.bar.value = Math.min(100, share * 100);
    this.#show(say('sending.going', { done: this.#sent.files, total: this.#all.files }), 'running', {
      quiet: loaded > 0,
    });
  }

  #show(words, state, { quiet = false } = {}) {
    this.panel.dataset.state = state;
    this.words.textContent = words;
    this.bar.hidden = state === 'over';
    const change = () => {
      this.retry.hidden = state !== 'failed';
      this.cancel.hidden = state === 'over';
      this.close.hidden = state !== 'over';
    };
    keepFocus(this.panel, change, this.retry, this.cancel, this.close);
    if (!quiet && state !== 'running') announce(words);
  }
}
