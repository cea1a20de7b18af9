/**
 * The layering of ARCHITECTURE.md as rules that fail the build: a room imports only rooms to its left,
 * through their index; native code and Node's own modules stay in files named *.node.ts.
 */

/** From the bottom up. Rooms in one row do not import each other. */
const ROWS = [
  ['core'],
  ['ondisk', 'locks'],
  ['device'],
  ['buffer', 'mm'],
  ['vfs'],
  ['iomap'],
  ['dax', 'btree'],
  ['xfs', 'ext4'],
  ['api'],
  ['fuse', 'transfer'],
  ['cli'],
];

const above = ROWS.flatMap((row, i) => {
  const higher = ROWS.slice(i + 1).flat();
  return row.map((room) => {
    const beside = row.filter((other) => other !== room);
    return {
      name: `${room}-imports-only-to-its-left`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^src/(${[...higher, ...beside].join('|') || 'none'})/` },
    };
  });
});

module.exports = {
  forbidden: [
    ...above,
    {
      name: 'rooms-are-entered-by-their-index',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/.+', pathNot: ['^src/$1/', '^src/[^/]+/index(\\.node)?\\.ts$'] },
    },
    {
      name: 'entries-use-indexes',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/[^/]+/.+', pathNot: '^src/[^/]+/index(\\.node)?\\.ts$' },
    },
    {
      name: 'format-needs-core-and-ondisk-only',
      severity: 'error',
      from: { path: '^src/(xfs|ext4)/format/', pathNot: '\\.test\\.' },
      to: { path: '^src/', pathNot: ['^src/(core|ondisk)/', '^src/$1/format/'] },
    },
    {
      name: 'platform-only-in-node-files',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.node\\.ts$', '\\.test\\.'] },
      to: { dependencyTypes: ['core', 'npm'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'node-files-only-at-the-edge',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(device|mm|api|transfer|fuse|cli)/', '\\.test\\.'] },
      to: { dependencyTypes: ['core', 'npm'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'portable-code-never-reaches-the-platform',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.node\\.ts$', '\\.test\\.', '^src/index\\.ts$'] },
      to: { path: '\\.node\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|build)/' },
  },
};
