//# allFunctionsCalledOnLoad
import{q as a}from"./MNBDHSRK.js";import"./W253YRS4.js";import"./SYI475OS.js";import"./G3BC54KL.js";import"./H5HICAMZ.js";import"./ZUF6ZILB.js";import"./45GWE4C6.js";export{a as default};
