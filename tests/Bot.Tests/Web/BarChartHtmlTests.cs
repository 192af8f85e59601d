using ChatOps.Bot.Web;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Web;

public sealed class BarChartHtmlTests
{
    [Fact]
    public void A_bar_is_drawn_for_each_part_that_has_a_number_and_the_highest_fills_the_chart()
    {
        var html = Of(new Bar("7 Nov", [1, null]), new Bar("14 Nov", [2, 2]));
        html.Split("<rect ").Length.ShouldBe(4);
        html.ShouldContain("""<rect class="good" x="0" y="107" width="294" height="33">""");
        html.ShouldContain("""<rect class="bad" x="300" y="8" width="294" height="66">""");
        html.ShouldNotContain("System.");
    }

    [Fact]
    public void Where_there_is_nothing_to_draw_it_says_so_instead_of_an_empty_frame()
    {
        var html = Of(new Bar("7 Nov", [0, null]), new Bar("14 Nov", [null, null]));
        html.ShouldContain("none from 7 Nov on");
        html.ShouldNotContain("<svg");
    }

    private static string Of(params Bar[] bars) => BarChartHtml.Of(new BarChart("Deployments", [("good", "well"), ("bad", "failed")], [.. bars], number => $"{number}")).Markup;
}
