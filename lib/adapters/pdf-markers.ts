import { decodePDFRawStream, PDFBool, PDFDict, PDFDocument, PDFName, PDFRawStream, PDFRef } from 'pdf-lib';

const UA_MARKER = `<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>`;
/** PDF/A allows only metadata whose schema is declared: this one joins those that Typst declares. */
const UA_SCHEMA = `<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of the PDF/UA standard that the file conforms to</pdfaProperty:description><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li>`;
const SCHEMAS = '<pdfaExtension:schemas><rdf:Bag>';
const END = '</rdf:RDF>';

/**
 * Adds the two markers that PDF/UA-1 needs on top of PDF/A-3a: the title in the window bar and the identification in the
 * metadata. Only for documents that passed the UA export. Throws where the metadata is not where PDF/A puts it.
 */
export async function markAccessible(bytes: Uint8Array): Promise<Uint8Array> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
  const preferences = pdf.catalog.lookupMaybe(PDFName.of('ViewerPreferences'), PDFDict) ?? pdf.context.obj({});
  preferences.set(PDFName.of('DisplayDocTitle'), PDFBool.True);
  pdf.catalog.set(PDFName.of('ViewerPreferences'), preferences);
  const reference = pdf.catalog.get(PDFName.of('Metadata'));
  if (!(reference instanceof PDFRef))
    throw new Error('Cannot mark a PDF as accessible: expected XMP metadata, got none');
  const xmp = new TextEncoder().encode(withMarkers(metadataOf(pdf, reference)));
  pdf.context.assign(reference, pdf.context.stream(xmp, { Type: 'Metadata', Subtype: 'XML' }));
  return pdf.save({ addDefaultPage: false, updateFieldAppearances: false });
}

function metadataOf(pdf: PDFDocument, reference: PDFRef): string {
  const stream = pdf.context.lookup(reference);
  if (!(stream instanceof PDFRawStream))
    throw new Error('Cannot mark a PDF as accessible: expected XMP metadata as a stream');
  return new TextDecoder().decode(decodePDFRawStream(stream).decode());
}

function withMarkers(xmp: string): string {
  if (!xmp.includes(END) || !xmp.includes(SCHEMAS)) {
    throw new Error(`Cannot mark a PDF as accessible: expected ${SCHEMAS} and ${END} in its metadata`);
  }
  return xmp.replace(SCHEMAS, `${SCHEMAS}${UA_SCHEMA}`).replace(END, `${UA_MARKER}${END}`);
}
