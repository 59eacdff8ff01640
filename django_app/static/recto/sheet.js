/** On a phone the panel is a sheet over the foot of the image: its handle makes it half, full and closed. */
export function startSheet(side, handle) {
  handle.addEventListener('click', () => {
    side.dataset.size = { half: 'full', full: 'closed', closed: 'half' }[side.dataset.size];
    handle.setAttribute('aria-expanded', side.dataset.size !== 'closed');
  });
}
