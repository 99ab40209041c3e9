import{a}from"./NPJICOZR.js";import"./H5HICAMZ.js";import"./ZUF6ZILB.js";import"./45GWE4C6.js";export{a as default};
