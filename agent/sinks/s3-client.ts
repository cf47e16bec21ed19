/**
 * What is used of the client of S3. `await import` of the package itself takes all of its hundred commands, since nobody can
 * see which of them will be asked for; of what is named here the bundler leaves out the others.
 */
export { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
