#!/usr/bin/env node
'use strict';
/* What npm links as `procession`. Written for any Node, so that one that is too old gets a sentence, not a stack trace. */

var NEEDED_NODE = 24;

if (parseInt(process.versions.node, 10) < NEEDED_NODE) {
  process.stderr.write(
    'procession needs Node ' +
      NEEDED_NODE +
      ' or newer, and this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      '). Install a newer one from https://nodejs.org, or let npm bring it along: npx --package node@' +
      NEEDED_NODE +
      ' --package procession procession --help\n',
  );
  process.exitCode = 2;
} else {
  /* A checkout has sources, the package has what was compiled from them. */
  var sources = require('path').join(__dirname, '../src/main.ts');
  import(require('fs').existsSync(sources) ? sources : '../dist/main.js');
}
