/** The button that allows notifications on the desktop. */
import { desktop } from './finished.js';
import { announce, say } from './words.js';

const button = document.getElementById('desktop-toggle');

const show = () => button.setAttribute('aria-pressed', String(desktop.wanted));

if (button && desktop.possible) {
  button.hidden = false;
  show();
  button.addEventListener('click', async () => {
    const wanted = !desktop.wanted;
    const isOn = await desktop.want(wanted);
    show();
    announce(say(isOn ? 'desktop.on' : wanted ? 'desktop.denied' : 'desktop.off'));
  });
}
