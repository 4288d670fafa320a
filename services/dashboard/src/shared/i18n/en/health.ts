/** English texts: system health. */
export const health = {
  'health.title': 'Health',
  'health.ready': 'Ready',
  'health.degraded': 'Degraded',
  'health.offline': 'Offline',
  'health.unknown': 'Unknown',
  'health.ok': 'OK',
  'health.down': 'Down',
  'health.is.ok': 'Everything works',
  'health.is.degraded': 'Something needs attention',
  'health.is.down': 'Task Tracker is down',
  'health.version': 'Version {version}',
  'health.dependencies': 'Depends on',
  'health.components': 'Running',
  'health.latency': '{ms} ms',
};
