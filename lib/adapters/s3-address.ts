/** A place in S3; the prefix has no `/` at its ends and is empty for the whole bucket. */
export interface S3Address {
  readonly bucket: string;
  readonly prefix: string;
}

/** True for an `s3://` address, false for a path. Throws for the address of anything else, such as `gs://`. */
export function isS3Address(address: string): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1];
  if (!scheme) return false;
  if (scheme.toLowerCase() === 's3') return true;
  throw new Error(`Cannot open ${address}: expected a folder or s3://bucket/prefix, got ${scheme}://`);
}

/** `s3://bucket/some/prefix/` → bucket and `some/prefix`. Throws where the bucket's name cannot be one. */
export function parseS3Address(address: string): S3Address {
  const [bucket = '', ...names] = address.slice('s3://'.length).split('/');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new Error(
      `Cannot open ${address}: expected s3://bucket/prefix, got the bucket name ${JSON.stringify(bucket)}`,
    );
  }
  return { bucket, prefix: names.join('/').replace(/^\/+|\/+$/g, '') };
}
