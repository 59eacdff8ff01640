/* Before the first paint, hence no module: sets light or dark from what was chosen here, else from the system. */
(() => {
  const KEY = 'recto-theme';
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const apply = () => {
    root.dataset.bsTheme = chosen() || (system.matches ? 'dark' : 'light');
  };

  apply();
  system.addEventListener('change', apply);
  window.addEventListener('storage', apply);
  document.addEventListener('click', (event) => {
    if (!event.target.closest('#theme-toggle')) return;
    root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, root.dataset.bsTheme);
    } catch {
      /* private window: the choice lasts for this page */
    }
  });
})();
