//# allFunctionsCalledOnLoad
import{w as a}from"./FM4IQJWW.js";import"./WXDHECWC.js";import"./MP4W4JGA.js";import"./B7BUPGME.js";import"./IYI3AXWH.js";import"./WZDC3F43.js";import"./45GWE4C6.js";export{a as default};
