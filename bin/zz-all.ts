import { trace } from './commands/trace.ts';
import { readFileSync } from 'node:fs';
const annex = JSON.parse(readFileSync('/tmp/vbook/disclosures/2026-06/v1/annex.json','utf8'));
let bad=0, n=0; const t0=Date.now();
for (const f of annex.figures) {
  let out='';
  const where = Object.entries(f.dimensions).map(([k,v])=>`${k}=${v??''}`);
  const rc = await trace.run({values:{month:'2026-06',book:'/tmp/vbook',json:true,where}, positionals:[f.id]},{environment:{},isInteractive:false,print:(l)=>{out+=l},tell:()=>{}});
  n++;
  if (rc!==0){bad++; console.log(f.id,where,JSON.parse(out).faults)}
  if (n>=Number(process.argv[2]??1e9)) break;
}
console.log(n,bad,Date.now()-t0);
