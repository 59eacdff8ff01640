/** The run as it goes: a bar, and one row a step with a tick and its seconds when it is finished. */
import { keepFocus } from './focus.js';
import { duration, knows, say } from './words.js';

export const stepTitle = (step) => (knows(`step.${step}`) ? say(`step.${step}`) : step);

export class Steps {
  /** @param {HTMLElement} element holds progress.bar, ol.steps, .run-message and a Cancel button */
  constructor(element) {
    this.element = element;
    this.bar = element.querySelector('progress');
    this.list = element.querySelector('.steps');
    this.message = element.querySelector('.run-message');
    this.cancel = element.querySelector('.run-cancel');
  }

  /** @param {string[]} names the steps to come; `known` false while only their end will be heard of */
  begin(names, { known = true, cancellable = true } = {}) {
    this.back = document.activeElement;
    this.element.hidden = false;
    this.element.dataset.state = 'running';
    this.cancel.hidden = !cancellable;
    this.message.textContent = say('run.working');
    this.bar.hidden = false;
    if (known) this.bar.value = 0;
    else this.bar.removeAttribute('value');
    this.list.replaceChildren(...names.map((name) => row(name)));
  }

  progress({ percent, step, message, seconds }) {
    this.bar.value = percent;
    const item = this.#row(step);
    if (item) {
      item.dataset.state = seconds === null || seconds === undefined ? 'running' : 'done';
      if (item.dataset.state === 'done') finish(item, seconds);
    }
    this.message.textContent = item ? say('run.percent', { percent: Math.round(percent) }) : message;
  }

  /** Ends with what each step took: [{name, seconds}]. */
  complete(timings, text) {
    for (const { name, seconds } of timings) {
      const item = this.#row(name);
      if (item) finish(item, seconds);
    }
    this.#end('done', text);
  }

  cancelled() {
    this.#end('cancelled', say('run.cancelled'));
  }
  failed(text) {
    this.#end('failed', text);
  }
  hide() {
    keepFocus(this.cancel, () => (this.element.hidden = true), this.back);
  }

  get state() {
    return this.element.dataset.state;
  }

  #end(state, text) {
    this.element.hidden = false;
    this.element.dataset.state = state;
    this.bar.hidden = true;
    keepFocus(this.cancel, () => (this.cancel.hidden = true), this.back);
    this.message.textContent = text;
    for (const item of this.list.querySelectorAll('[data-state=running]')) item.dataset.state = 'waiting';
  }

  #row(step) {
    return [...this.list.children].find((item) => item.dataset.step === step);
  }
}

function row(name) {
  const item = document.createElement('li');
  Object.assign(item.dataset, { step: name, state: 'waiting' });
  const icon = document.createElement('i');
  icon.className = 'bi bi-circle step-icon';
  icon.setAttribute('aria-hidden', 'true');
  const title = document.createElement('span');
  title.textContent = stepTitle(name);
  const seconds = document.createElement('span');
  seconds.className = 'step-seconds';
  item.append(icon, title, seconds);
  return item;
}

function finish(item, seconds) {
  item.dataset.state = 'done';
  item.querySelector('.step-icon').className = 'bi bi-check-circle-fill step-icon';
  const done = document.createElement('span');
  done.className = 'visually-hidden';
  done.textContent = say('step.done');
  item.querySelector('.step-seconds').replaceChildren(duration(seconds), done);
}
