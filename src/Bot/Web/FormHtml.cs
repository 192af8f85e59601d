using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Web;

/// <summary>A form that a reply asks for, as one of the page.</summary>
internal static class FormHtml
{
    /// <summary>What the names of fields begin with, so that an input called <c>delivery</c> is not the form's own.</summary>
    public const string Prefix = "in.";

    /// <param name="line">The line of the conversation that it is in.</param>
    /// <param name="token">The viewer's.</param>
    public static Html Of(Form form, string line, string? token) => Html.Of($"""
        <form class="act fill" method="post" action="/fill" autocomplete="off"><fieldset><legend>{form.Title}</legend>
        <input type="hidden" name="command" value="{form.Command}"><input type="hidden" name="line" value="{line}"><input type="hidden" name="delivery" value="{PageResults.NewDelivery()}">{FormToken.Hidden(token)}
        {form.Fields.Select((field, at) => Field(field, $"{line}-form-{at}"))}
        <div class="buttons"><button class="primary" type="submit">Go ahead</button></div></fieldset></form>
        """);

    private static Html Field(FormField field, string id) => Html.Of($"""
        <div class="field"{Html.If(field.Under is not null, () => Html.Of($" data-key=\"{field.Name} {field.Under}\""))}><label for="{id}">{field.Label}{Html.If(!field.Required, () => new Html(""" <span class="quiet">optional</span>"""))}</label>{Control(field, id)}<p class="quiet" id="{id}-help">{Html.If(field.Fault is not null, () => Html.Of($"""<b class="fault">{field.Fault}</b> """))}{field.Help}</p></div>
        """);

    private static Html Control(FormField field, string id) => field switch
    {
        { Type: "flag" } or { Choices.IsEmpty: false } => Select(field, id, [.. field.Offered()]),
        _ => Html.Of($"""<input id="{id}" name="{Prefix}{field.Name}" type="text" inputmode="{(field.Type == "number" ? "decimal" : "text")}" value="{field.Value}" maxlength="500" aria-describedby="{id}-help"{List(field, id)}{Required(field)}{Invalid(field)}>{Offered(field, id)}"""),
    };

    private static Html List(FormField field, string id) => Html.If(!field.Suggested.IsEmpty, () => Html.Of($""" list="{id}-list" """));

    private static Html Offered(FormField field, string id) => Html.If(!field.Suggested.IsEmpty, () => Html.Of($"""<datalist id="{id}-list">{field.Suggested.Select(one => Html.Of($"""<option value="{one.Value}">{one.Says}</option>"""))}</datalist>"""));

    /// <remarks>Nothing is chosen for anybody: what was given and is not on the list leaves the choice open.</remarks>
    private static Html Select(FormField field, string id, ImmutableArray<(string Label, string Value)> choices) => Html.Of($"""
        <select id="{id}" name="{Prefix}{field.Name}" aria-describedby="{id}-help"{Html.If(field.Leads, () => new Html(" data-leads"))}{Required(field)}{Invalid(field)}>{Html.If(!field.Required || choices.All(choice => choice.Value != field.Value), () => new Html(field.Required ? """<option value="">Choose</option>""" : """<option value="">–</option>"""))}{choices.Select(choice => Html.Of($"""<option value="{choice.Value}"{Html.If(choice.Value == field.Value, () => new Html(" selected"))}>{choice.Label}</option>"""))}</select>
        """);

    private static Html Required(FormField field) => Html.If(field.Required, () => new Html(" required"));

    private static Html Invalid(FormField field) => Html.If(field.Fault is not null, () => new Html(" aria-invalid=\"true\""));
}
