import manifest from '../package.json' with { type: 'json' };

/** Version of this agent: that of the package. */
export const VERSION: string = manifest.version;
