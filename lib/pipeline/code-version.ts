import pack from '../../package.json' with { type: 'json' };

/** What a disclosure says it was made by: the package and its version. */
export const CODE_VERSION = `${pack.name} ${pack.version}`;
