/** Gives jest a text file as the string that `import … with { type: 'text' }` yields elsewhere. */
module.exports = {
  process: (text) => ({ code: `module.exports = { __esModule: true, default: ${JSON.stringify(text)} };` }),
};
