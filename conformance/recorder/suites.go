package main

// suites fill `topics`; the order is that of the report.
var suites = []func(){suiteGotmpl, suiteGotmplDeeper, suiteFmt, suiteYAML, suiteJSON, suiteTOML, suiteSet, suiteRegex, suiteSemver, suiteGlob, suiteTime, suiteTemplate, suiteFuzz, suitePost, suiteCommandLine}
