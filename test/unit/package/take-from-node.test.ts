import { describe, expect, it } from 'vitest';
import { takeFromNode } from '../../../.ci/build.ts';

describe('the build', () => {
  it('takes from modules of Node what is used, line by line', () => {
    const code = [
      'import { hash, join as join$1 } from "node:path";',
      'import v8 from "node:v8";',
      'import { a } from "./engine.js";',
      'const text = `import { b } from "node:fs";`;',
    ];
    expect(takeFromNode(code.join('\n')).split('\n')).toEqual([
      'const { hash, join: join$1 } = process.getBuiltinModule("node:path");',
      'const v8 = process.getBuiltinModule("node:v8");',
      ...code.slice(2),
    ]);
  });

  it('leaves what it does not know to Node', () => {
    const code =
      'import assert, { equal } from "node:assert";\nimport "node:path";\nimport * as fs from "node:fs";';
    expect(takeFromNode(code)).toBe(code);
  });
});
