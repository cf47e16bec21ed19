import { availableParallelism } from 'node:os';

/** TypeScript through swc, `.sql`, `.csv` and `.typ` files as their text: the same imports that Node and esbuild see. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/cloud/', '<rootDir>/test/agent-packages/'],
  transform: {
    '\\.m?[tj]s$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
    '\\.(sql|csv|typ|css|txt)$': '<rootDir>/test/support/text-transform.cjs',
  },
  // Vega and its parts come as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(vega|vega-[a-z-]+|d3-[a-z-]+|internmap|delaunator|robust-predicates)/)'],
  moduleNameMapper: { '^vega-canvas$': '<rootDir>/node_modules/vega-canvas/build/vega-canvas.browser.js' },
  // Two even on two processors: half of the time the tests wait for processes that they started.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testTimeout: 120_000,
};
