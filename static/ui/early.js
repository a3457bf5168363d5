/* Runs before the page is drawn: style sheets may tell that scripts do run. */
document.documentElement.classList.add("js");
