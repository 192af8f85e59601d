using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Web;

/// <summary>A form that a reply asks for, as one of the page.</summary>
internal static class FormHtml
{
    /// <summary>What the names of fields begin with, so that an input called <c>delivery</c> is not the form's own.</summary>
    public const string Prefix = "in.";

    /// <param name="token">The viewer's.</param>
    public static Html Of(Form form, string id, string? token) => Html.Of($"""
        <form class="fill" method="post" action="/fill" autocomplete="off"><fieldset><legend>{form.Title}</legend>
        <input type="hidden" name="command" value="{form.Command}"><input type="hidden" name="delivery" value="{PageResults.NewDelivery()}">{FormToken.Hidden(token)}
        {form.Fields.Select((field, at) => Field(field, $"{id}-{at}"))}
        <button class="primary" type="submit">Go ahead</button></fieldset></form>
        """);

    private static Html Field(FormField field, string id) => Html.Of($"""
        <p><label for="{id}">{field.Name}</label> {Control(field, id)}<br><span class="quiet" id="{id}-help">{field.Fault} {field.Help}</span></p>
        """);

    private static Html Control(FormField field, string id) => field switch
    {
        { Type: "flag" } or { Choices.IsEmpty: false } => Select(field, id, field.Offered()),
        _ => Html.Of($"""<input id="{id}" name="{Prefix}{field.Name}" type="text" inputmode="{(field.Type == "number" ? "decimal" : "text")}" value="{field.Value}" maxlength="500" aria-describedby="{id}-help"{List(field, id)}{Required(field)}{Invalid(field)}>{Offered(field, id)}"""),
    };

    private static Html List(FormField field, string id) => Html.If(!field.Suggested.IsEmpty, () => Html.Of($""" list="{id}-list" """));

    private static Html Offered(FormField field, string id) => Html.If(!field.Suggested.IsEmpty, () => Html.Of($"""<datalist id="{id}-list">{field.Suggested.Select(one => Html.Of($"""<option value="{one.Value}">{one.Says}</option>"""))}</datalist>"""));

    private static Html Select(FormField field, string id, IEnumerable<(string Label, string Value)> choices) => Html.Of($"""
        <select id="{id}" name="{Prefix}{field.Name}" aria-describedby="{id}-help"{Required(field)}{Invalid(field)}>{Html.If(field.Value is null, () => new Html("""<option value="">Choose</option>"""))}{choices.Select(choice => Html.Of($"""<option value="{choice.Value}"{Html.If(choice.Value == field.Value, () => new Html(" selected"))}>{choice.Label}</option>"""))}</select>
        """);

    private static Html Required(FormField field) => Html.If(field.Required, () => new Html(" required"));

    private static Html Invalid(FormField field) => Html.If(field.Fault is not null, () => new Html(" aria-invalid=\"true\""));
}
