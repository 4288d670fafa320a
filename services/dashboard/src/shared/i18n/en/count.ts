/** English texts: counted things. */
export const count = {
  'count.received.one': '{count} received',
  'count.received.other': '{count} received',
  'count.tasks.one': '{count} task',
  'count.tasks.other': '{count} tasks',
  'count.ignored.one': '{count} ignored',
  'count.ignored.other': '{count} ignored',
  'count.waiting.one': '{count} waiting',
  'count.waiting.other': '{count} waiting',
  'count.dead.one': '{count} dead letter',
  'count.dead.other': '{count} dead letters',
};
