import { describe, expect, it } from 'vitest';
import { taskCompletion, withTask } from '#sandbox/task-list.ts';

describe('sandbox/task-list', () => {
  it.each([
    ['- [ ] a\n- [x] b\n- [X] c', 3, 2],
    ['* [x] a\n+ [ ] b', 2, 1],
    ['1. [ ] a\n2. [x] b', 2, 1],
    ['- [~] a\n- [x] b', 1, 1],
    ['- a\n  - [x] nested', 1, 1],
    ['> - [x] quoted', 1, 1],
    ['```\n- [x] code\n```', 0, 0],
    ['- [x]no blank', 0, 0],
    ['[x] no list', 0, 0],
    ['', 0, 0],
  ])('counts the tasks of %j', (source, count, completed) => {
    expect(taskCompletion(source)).toEqual({ count, completed_count: completed });
  });

  it('ticks the task at an index and leaves the rest as it is', () => {
    expect(withTask('# T\n\n- [ ] a\n- [ ] b\n', 1, true)).toEqual({
      text: '# T\n\n- [ ] a\n- [x] b\n',
      words: 'b',
    });
  });

  it('has nothing to tick at an index without a task', () => {
    expect(withTask('- [ ] a', 1, true)).toBeNull();
  });
});
