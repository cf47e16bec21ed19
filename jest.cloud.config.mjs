import config from './jest.config.mjs';

/** Tests against a real emulator process, one file at a time. Started by tools/test-cloud.ts, which brings the emulator. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/cloud/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  testTimeout: 600_000,
};
