//# allFunctionsCalledOnLoad
import{i as a}from"./SKNRLAHJ.js";import"./MGFZYUZ7.js";import"./SYI475OS.js";import"./G3BC54KL.js";import"./H5HICAMZ.js";import"./ZUF6ZILB.js";import"./45GWE4C6.js";export{a as default};
