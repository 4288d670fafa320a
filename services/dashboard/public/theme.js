/* Runs before the first paint, so that a dark page never flashes white. External: the policy allows no inline script. */
(function () {
  var theme = 'system';
  try {
    theme = localStorage.getItem('tracker.theme') || theme;
  } catch {
    /* Storage may be blocked; the system's theme is fine. */
  }
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
