using ChatOps.Bot.Web;
using ChatOps.Runbooks.Cards;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class FormHtmlTests
{
    [Fact]
    public void Each_field_has_its_label_its_choices_and_what_is_wrong_and_nothing_in_it_is_markup()
    {
        var html = FormHtml.Of(new Form("Run <purge>", "run purge api prod",
        [
            new("why", "text", "What <it> is for", null, true, []),
            new("keep", "number", "", "many", false, []) { Fault = "keep must be a number." },
            new("zone", "choice", "", "us", true, ["eu", "us"]),
        ]), "f", "0123").Markup;
        html.ShouldContain("name=\"token\" value=\"0123\"");
        html.ShouldContain("Run &lt;purge&gt;");
        html.ShouldContain("What &lt;it&gt; is for");
        html.ShouldContain("name=\"in.why\" type=\"text\" inputmode=\"text\" value=\"\" maxlength=\"500\" aria-describedby=\"f-form-0-help\" required>");
        html.ShouldContain("inputmode=\"decimal\" value=\"many\" maxlength=\"500\" aria-describedby=\"f-form-1-help\" aria-invalid=\"true\">");
        html.ShouldContain("keep must be a number.");
        html.ShouldContain("<option value=\"us\" selected>us</option>");
        html.ShouldContain("value=\"run purge api prod\"");
        html.ShouldNotContain("<option value=\"\">");
    }
}
