/** A setting of a function, by the name of its environment variable; throws where nothing stands there. */
export function functionSetting(name: string): string {
  // biome-ignore lint/style/noProcessEnv: a Lambda is told by its environment where it works
  const value = process.env[name];
  if (!value) throw new Error(`Cannot start: expected the environment variable ${name}, got nothing`);
  return value;
}
