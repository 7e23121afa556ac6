// What a take can be compared with: the same without its boxes, or without what was learned.

export const LEFT_OUT = { boxes: 'without boxes', priors: 'without what was learned' };

/** Give for each kind that makes sense for a TakeView `{kind, there}`, `there` the take that was rendered so already, or null. */
export function comparisonsOf({ takes }, take) {
  if (!take || take.without) return [];
  const kinds = ['boxes', ...(take.learned ? ['priors'] : [])];
  return kinds.map((kind) => ({ kind, there: takes.findLast(({ of, without }) => of === take.id && without === kind) || null }));
}
