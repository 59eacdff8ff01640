/** The jobs of a document, a row each: how far they are, why pages failed, cancel, retry, the file that came out. */
import { get } from './api.js';
import { keepFocus } from './focus.js';
import { cancel, ending, follow, going, isOver, retry, showReasons, told } from './jobs.js';

export class DocumentJobs extends EventTarget {
  /** @param parts {list, row: HTMLTemplateElement, trouble: (error) => void, back: where the focus goes from a row that ends} */
  constructor({ list, row, trouble, back }) {
    super();
    Object.assign(this, { list, row, trouble, back });
  }

  /** Those that were under way when the page was opened. */
  async resume(document) {
    const { results } = await get(`/api/jobs/?active=1&document=${document}`);
    await Promise.all(results.map(async ({ id }) => this.show(await get(`/api/jobs/${id}/`))));
  }

  /** Follows a job to its end; `update` is told of every state, `end` of the last. */
  async show(job, row = this.#newRow()) {
    row.querySelector('.job-cancel').onclick = () => cancel(job).catch(this.trouble);
    row.querySelector('.job-retry').onclick = () =>
      retry(job)
        .then((again) => this.show(again, row))
        .catch(this.trouble);
    row.querySelector('.job-dismiss').onclick = () => keepFocus(row, () => row.remove(), this.back);
    try {
      job = await follow(job, (state) => {
        this.#paint(row, state);
        this.dispatchEvent(new CustomEvent('update', { detail: state }));
      });
      this.dispatchEvent(new CustomEvent('end', { detail: job }));
      if (!job.failed && !job.result && !row.querySelector('.job-reasons li'))
        keepFocus(row, () => row.remove(), this.back);
    } catch (error) {
      row.remove();
      this.trouble(error);
    }
    return job;
  }

  #newRow() {
    const row = this.row.content.firstElementChild.cloneNode(true);
    this.list.append(row);
    return row;
  }

  #paint(row, job) {
    const over = isOver(job);
    row.dataset.job = job.id;
    row.dataset.state = job.state;
    row.querySelector('.job-words').textContent = over ? summary(job) : going(job);
    Object.assign(row.querySelector('progress'), { value: job.percent, hidden: over });
    const [stop, again, result, dismiss] = ['cancel', 'retry', 'result', 'dismiss'].map((n) =>
      row.querySelector(`.job-${n}`),
    );
    const change = () => {
      stop.hidden = over;
      again.hidden = !over || !job.failed;
      result.hidden = !job.result;
      dismiss.hidden = !over;
      if (job.result) result.href = job.result;
    };
    keepFocus(row, change, result, again, dismiss);
    showReasons(row.querySelector('.job-reasons'), job.items);
  }
}

const summary = (job) => (job.failed && !job.result ? told(job, 'failed_here') : ending(job));
