#include "codec/metadata/exif_keep.h"
#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  seeds.push_back(codec::OrientationExif(6));
  seeds.push_back(Bytes::CopyOf(
      AsBytes("<?xpacket begin=\"\" id=\"a\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><r:RDF "
              "xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><r:Description "
              "xmlns:t=\"http://ns.adobe.com/tiff/1.0/\" t:Orientation=\"6\" a='&lt;&#10;&quot;'>"
              "<t:ImageWidth>4000</t:ImageWidth><!-- c --><b><![CDATA[<d>]]></b><xmp:Thumbnails>e"
              "</xmp:Thumbnails></r:Description></r:RDF></x:xmpmeta>   <?xpacket end=\"w\"?>")));
  return seeds;
}

}  // namespace whittle::test
