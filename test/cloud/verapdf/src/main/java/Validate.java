import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** `java Validate FLAVOUR PDF`: a line with the outcome and the number of checks, then one for each rule that is broken. */
public class Validate {
  public static void main(String[] words) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.byFlavourId(words[0]);
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(words[1]), flavour)) {
      ValidationResult result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
      System.out.println((result.isCompliant() ? "compliant" : "not compliant") + " " + result.getTotalAssertions());
      for (TestAssertion each : result.getTestAssertions())
        if (each.getStatus() == TestAssertion.Status.FAILED) System.out.println(each.getRuleId() + " " + each.getMessage());
    }
  }
}
