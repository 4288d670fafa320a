/** English texts: verdicts and corrections. */
export const verdict = {
  'verdict.title': 'Why this is here',
  'verdict.learned.one': 'Learned from {count} message',
  'verdict.learned.other': 'Learned from {count} messages',
  'verdict.became': 'became',
  'verdict.asked': 'Was unsure and asked {provider}',
  'verdict.languageModel': 'a language model',
  'verdict.fallback': 'Was unsure, and no language model could be asked',
  'verdict.runs.one': '{count} run of triage',
  'verdict.runs.other': 'All {count} runs of triage',
  'verdict.tokens': '{read} tokens read, {written} written',
  'verdict.free': 'no cost',
  'verdict.took': '{ms} ms',
  'verdict.about': 'about {sender}',
  'verdict.nothingToDo': 'nothing to do',
};
